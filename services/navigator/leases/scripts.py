"""The lease book's Lua: each call is one script, so that nobody sees half of one. Input and output are one MessagePack value.

Keys under one prefix: `mark` the open book's name, `lock` the name of a book being written, `lease` hash id -> lease,
`due` sorted set of walking leases by the time they lapse, `on:SHELTER` the same by shelter, `in:SHELTER` arrived leases by check-in time,
`held` and `inside` hashes shelter -> persons walking and arrived, `room`, `version` and `counted` hashes of what is known of a shelter.
A lease is {seq, stage, shelter, party, until, at, book}.
"""

SWEEP = 500
"""Lapsed leases that one call gives back at most: the rest wait for the next, so that no call is long."""

_PRELUDE = (
    """
local P, input = KEYS[1], cmsgpack.unpack(ARGV[1])
local MARK, LOCK, LEASE, DUE = P .. ':mark', P .. ':lock', P .. ':lease', P .. ':due'
local HELD, INSIDE, ROOM = P .. ':held', P .. ':inside', P .. ':room'
local VERSION, COUNTED = P .. ':version', P .. ':counted'

local function read(id)
  local packed = redis.call('HGET', LEASE, id)
  return packed and cmsgpack.unpack(packed)
end

local function count(id, lease, sign)
  local shelter, walking = lease[3], lease[2] == 'walking'
  redis.call('HINCRBY', walking and HELD or INSIDE, shelter, sign * lease[4])
  local list = P .. (walking and ':on:' or ':in:') .. shelter
  if sign > 0 then
    redis.call('ZADD', list, walking and lease[5] or lease[6], id)
    if walking then redis.call('ZADD', DUE, lease[5], id) end
  else
    redis.call('ZREM', list, id)
    if walking then redis.call('ZREM', DUE, id) end
  end
end

-- the only way in which a lease changes: the accounts follow it
local function write(id, old, new)
  if old then count(id, old, -1) end
  if new then
    count(id, new, 1)
    redis.call('HSET', LEASE, id, cmsgpack.pack(new))
  else
    redis.call('HDEL', LEASE, id)
  end
end

local function number(hash, field) return tonumber(redis.call('HGET', hash, field) or '0') end

local function free(shelter)
  local room = redis.call('HGET', ROOM, shelter)
  return room and tonumber(room) - number(HELD, shelter) - number(INSIDE, shelter)
end

local function lapse(now)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', DUE, '-inf', now, 'LIMIT', 0, """
    + str(SWEEP)
    + """)) do
    write(id, read(id), nil)
  end
end

-- a lease that counts: one that lapsed and was not swept yet is none
local function find(id, now)
  local lease = read(id)
  if lease and lease[2] == 'walking' and lease[5] <= now then
    write(id, lease, nil)
    return nil
  end
  return lease
end

local function restore(id, new)
  local known = read(id)
  if known and known[1] >= new[1] then return end
  local counted = new[2] == 'arrived' and new[6] <= number(COUNTED, new[3])
  if new[2] == 'ended' or counted then
    if known then write(id, known, nil) end
  else
    write(id, known, new)
  end
end
"""
)

_OPEN_ONLY = """
local BOOK = redis.call('GET', MARK)
if not BOOK then return redis.error_reply('WIPED the lease book is empty') end
local now = input.now
lapse(now)
"""

SET_PLACES = (
    _PRELUDE
    + """
for _, said in ipairs(input.places) do
  local shelter, version, room, counted = said[1], said[2], said[3], said[4]
  if version > tonumber(redis.call('HGET', VERSION, shelter) or '-1') then
    redis.call('HSET', VERSION, shelter, version)
    redis.call('HSET', COUNTED, shelter, counted)
    if room then redis.call('HSET', ROOM, shelter, room) else redis.call('HDEL', ROOM, shelter) end
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. ':in:' .. shelter, '-inf', counted)) do
      write(id, read(id), nil)
    end
  end
end
return cmsgpack.pack(true)
"""
)

TAKE = (
    _PRELUDE
    + _OPEN_ONLY
    + """
local names, left, out = input.shelters, {}, {}
for w, wish in ipairs(input.wishes) do
  local id, party, candidates = wish[1], wish[2], wish[3]
  local known = find(id, now)
  if known and (known[3] ~= input.leaving or known[2] ~= 'walking') then
    out[w] = {known, 0, true}
  else
    out[w] = {false, #candidates, false}
    for k, i in ipairs(candidates) do
      if left[i] == nil then left[i] = free(names[i]) or false end
      if left[i] and left[i] >= party and names[i] ~= input.leaving then
        local lease = {known and known[1] + 1 or 1, 'walking', names[i], party, input['until'], now, BOOK}
        write(id, known, lease)
        left[i] = left[i] - party
        out[w] = {lease, k - 1, false}
        break
      end
    end
  end
end
return cmsgpack.pack(out)
"""
)

RENEW = (
    _PRELUDE
    + _OPEN_ONLY
    + """
local out = {}
for n, id in ipairs(input.ids) do
  local lease = find(id, now)
  if lease and lease[2] == 'walking' then
    local fresh = {lease[1] + 1, 'walking', lease[3], lease[4], input['until'], now, BOOK}
    write(id, lease, fresh)
    lease = fresh
  end
  out[n] = lease or false
end
return cmsgpack.pack(out)
"""
)

CHECK_IN = (
    _PRELUDE
    + _OPEN_ONLY
    + """
local lease = find(input.id, now)
if lease and lease[2] == 'walking' then
  local there = {lease[1] + 1, 'arrived', lease[3], lease[4], lease[5], now, BOOK}
  write(input.id, lease, there)
  lease = there
end
return cmsgpack.pack(lease or false)
"""
)

RELEASE = (
    _PRELUDE
    + _OPEN_ONLY
    + """
local lease = find(input.id, now)
if not lease or lease[2] ~= 'walking' then return cmsgpack.pack(false) end
write(input.id, lease, nil)
return cmsgpack.pack({lease[1] + 1, 'ended', lease[3], lease[4], lease[5], now, BOOK})
"""
)

LIST_WALKING = (
    _PRELUDE
    + _OPEN_ONLY
    + """
local out = {}
for n, id in ipairs(redis.call('ZRANGEBYSCORE', P .. ':on:' .. input.shelter, '(' .. string.format('%.0f', now), '+inf')) do
  out[n] = {id, read(id)}
end
return cmsgpack.pack(out)
"""
)

LIST_ROOMS = (
    _PRELUDE
    + _OPEN_ONLY
    + """
local out = {}
for n, shelter in ipairs(input.shelters) do
  local room = redis.call('HGET', ROOM, shelter)
  out[n] = {shelter, room and tonumber(room) or false, number(HELD, shelter), number(INSIDE, shelter)}
end
return cmsgpack.pack(out)
"""
)

BEGIN = (
    _PRELUDE
    + """
if redis.call('EXISTS', MARK, LOCK) > 0 then return cmsgpack.pack(false) end
for _, key in ipairs(redis.call('KEYS', P .. ':*')) do redis.call('DEL', key) end
redis.call('SET', LOCK, input.book, 'PX', input.hold)
return cmsgpack.pack(true)
"""
)

RESTORE = (
    _PRELUDE
    + """
if redis.call('GET', LOCK) ~= input.book then return cmsgpack.pack(false) end
for _, row in ipairs(input.leases) do restore(row[1], row[2]) end
return cmsgpack.pack(true)
"""
)

OPEN = (
    _PRELUDE
    + """
if redis.call('GET', LOCK) ~= input.book then return cmsgpack.pack(false) end
redis.call('SET', MARK, input.book)
redis.call('DEL', LOCK)
return cmsgpack.pack(true)
"""
)

ADD_LATE = (
    _PRELUDE
    + _OPEN_ONLY
    + """
local lost = {}
for n, row in ipairs(input.leases) do
  local id, new = row[1], row[2]
  local known = read(id)
  local stale = (known and known[1] >= new[1]) or (new[2] == 'walking' and new[5] <= now)
  if not stale then
    local moves = new[2] == 'walking' and not (known and known[3] == new[3])
    if moves and (free(new[3]) or -1) < new[4] then
      if known then write(id, known, nil) end
      lost[#lost + 1] = n
    else
      restore(id, new)
    end
  end
end
return cmsgpack.pack(lost)
"""
)
