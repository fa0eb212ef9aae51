"""What Redis does in one step with kept answers, in Lua.

`writes` of an origin (KEYS[1]) counts those to it, and has the number of the last one for each path that one was to.
What was kept before an `epoch` began is used no more: one begins where that key is gone, with another run of Redis
(after a crash the last second of writes may be gone while an older answer is there), and where too many paths are in
it. ARGV[1] is the name of a new epoch.
"""

from openapi_mcp.shared.script import Script

# What is written as no number of ours is none of ours, and what holds it is begun anew.
_NUMBER = """
local function number(text)
  return text and #text <= 15 and string.match(text, '^%d+$') and tonumber(text)
end
"""

_BEGIN = """
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
local function begin()
  local seen = redis.call('HMGET', KEYS[1], 'epoch', 'run')
  local is_one = seen[1] and #seen[1] < 20 and string.match(seen[1], '^%d+$') and seen[2] == run
  if is_one and number(redis.call('HGET', KEYS[1], 'count')) then return seen[1] end
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'run', run, 'count', 0)
  redis.call('EXPIRE', KEYS[1], 604800)
  return ARGV[1]
end
"""

_REMOVE = """
local function check(sizes, name)
  for _, each in ipairs(redis.call('HMGET', sizes, 'total', name)) do
    if each and not number(each) then redis.call('DEL', sizes) end
  end
end
local function remove(used, sizes, key, name)
  redis.call('DEL', key)
  redis.call('ZREM', used, name)
  check(sizes, name)
  redis.call('HINCRBY', sizes, 'total', -(redis.call('HGET', sizes, name) or 0))
  redis.call('HDEL', sizes, name)
end
"""

FIND = Script(
    _NUMBER
    + _BEGIN
    + """
local epoch, last = begin(), 0
for _, each in ipairs(redis.call('HMGET', KEYS[1], unpack(ARGV, 3))) do
  if each and (number(each) or math.huge) > number(redis.call('HGET', KEYS[1], 'count')) then
    redis.call('DEL', KEYS[1])
    epoch, last = begin(), 0
    break
  end
  if each and number(each) > last then last = number(each) end
end
local count, sealed = redis.call('HGET', KEYS[1], 'count'), redis.call('HGET', KEYS[2], 'sealed')
return {epoch, count, last, sealed, redis.call('ZSCORE', KEYS[3], ARGV[2])}
""",
    kinds=["hash", "hash", "zset"],
)
"""KEYS: writes, answer, when each was used. ARGV: new epoch, name, paths...

Returns the epoch, how many writes there were, the last one to any of the paths, the answer, and when it was used.
"""

KEEP = Script(
    _NUMBER
    + _BEGIN
    + _REMOVE
    + """
local epoch, count, asked, sealed, size, now, ahead, stays, most, name, prefix = unpack(ARGV, 2)
if begin() ~= epoch or redis.call('HGET', KEYS[1], 'count') ~= count then return 0 end
local known = tonumber(redis.call('HGET', KEYS[2], 'asked') or nil)
if known and known > tonumber(asked) and known <= tonumber(ahead) then return 0 end
redis.call('HSET', KEYS[2], 'asked', asked, 'sealed', sealed)
redis.call('EXPIRE', KEYS[2], stays)
redis.call('ZADD', KEYS[3], now, name)
check(KEYS[4], name)
redis.call('HINCRBY', KEYS[4], 'total', size - (redis.call('HGET', KEYS[4], name) or 0))
redis.call('HSET', KEYS[4], name, size)
local old = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now - stays, 'LIMIT', 0, 20)
repeat
  for _, each in ipairs(old) do remove(KEYS[3], KEYS[4], prefix .. each, each) end
  local is_full = tonumber(redis.call('HGET', KEYS[4], 'total')) > tonumber(most)
  old = is_full and redis.call('ZRANGE', KEYS[3], 0, 19) or {}
until #old == 0
if redis.call('ZCARD', KEYS[3]) == 0 then redis.call('DEL', KEYS[4]) end
return redis.call('EXISTS', KEYS[2])
""",
    kinds=["hash", "hash", "zset", "hash"],
)
"""KEYS: writes, answer, when each was used, how large each is. Makes room: what is too old goes, then the oldest."""

FORGET = Script(
    _NUMBER
    + _REMOVE
    + """
local known = tonumber(redis.call('HGET', KEYS[1], 'asked') or nil)
if known and (known <= tonumber(ARGV[1]) or known > tonumber(ARGV[2])) then
  remove(KEYS[2], KEYS[3], KEYS[1], ARGV[3])
end
return 1
""",
    kinds=["hash", "zset", "hash"],
)
"""KEYS: answer, used, sizes. ARGV: asked, the latest time that is not in the future, name."""

DROP = Script(
    _NUMBER
    + _BEGIN
    + """
begin()
local count = redis.call('HINCRBY', KEYS[1], 'count', 1)
for at = 3, #ARGV do redis.call('HSET', KEYS[1], ARGV[at], count) end
redis.call('EXPIRE', KEYS[1], 604800)
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[2]) then redis.call('DEL', KEYS[1]) end
return 1
""",
    kinds=["hash"],
)
"""KEYS: writes. ARGV: new epoch, the most fields, paths..."""

REMOVE = Script(
    _NUMBER
    + _REMOVE
    + """
for at = 2, #ARGV do remove(KEYS[1], KEYS[2], ARGV[1] .. ARGV[at], ARGV[at]) end
return #ARGV - 1
""",
    kinds=["zset", "hash"],
)
"""KEYS: used, sizes. ARGV: the prefix of answers, names..."""
