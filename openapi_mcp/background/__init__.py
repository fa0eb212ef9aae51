"""Calls that go on in the background: taken over, waited for, read, ended.

In the order of a call's life:

    calls.py           the front door: a call is run, gets a handle when it takes long, and is found, waited for and
                       ended by it, on any replica
      means.py         what the server lends for that (how a call is run, who hears of its end), and the bounds
      capacity.py      whether there is room for one more: calls and bytes, of a caller and of all
    local.py           the calls that go on in this process, until their end or until another replica goes on
      work.py          work in a task: begun, stopped, and what it came to
      polling.py       an API's own job: what comes of a question, and when the next one is
    store.py           what is known of a call, here and in Redis
      state.py         Ongoing and Ended, what is told of them, and both as JSON
      shared_results.py  the ends in Redis: the first counts, and all have a bound in bytes
      batching.py      what many ask of Redis at the same time is asked at once
    queue.py           when to look at a call again, and which replica does: pydocket
      docket_guard.py  what pydocket writes and reads in Redis, made safe from others who write there
    lease.py           which calls some replica goes on with
    takeover.py        a call whose replica says no more of it is taken over
    failures.py        how a call can end without an answer, in words
"""
