"""What the replicas of a server share, in Redis: sealed, and done without where Redis is not there."""
