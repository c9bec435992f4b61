-- Posts the bodies of files, one per line: thread i reads file i, line by line as it goes, so that
-- it has nothing to prepare and little to keep. Without files, it gets the page again and again.
-- Arguments: "once" or "again", and a file for each thread.
local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  exhausted = 0
  if #args == 0 then
    page = wrk.format("GET")
    return
  end
  again = args[1] == "again"
  bodies = assert(io.open(args[number + 2]))
  head = "POST " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port
    .. "\r\nContent-Type: application/json\r\nContent-Length: "
end

function request()
  if page then return page end
  local body = bodies:read("*l")
  if body == nil then
    bodies:seek("set")
    body = bodies:read("*l")
    if not again and exhausted == 0 then
      exhausted = 1
      -- The bench ends wrk now, by SIGINT: anything that comes from here on is ignored.
      io.write("ran out\n")
      io.flush()
    end
  end
  return head .. #body .. "\r\n\r\n" .. body
end

function done(summary, latency)
  local out = false
  for _, thread in ipairs(threads) do
    if thread:get("exhausted") == 1 then out = true end
  end
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"micros":%d,"refused":%d,"unanswered":%d,"p50Micros":%d,"p99Micros":%d,"exhausted":%s}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99), tostring(out)))
end
