-- Posts the bodies of a file, one in each line, each once: thread i of n takes lines i, i + n, …
-- Without a file, it gets the page again and again.
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
  local count = tonumber(args[2])
  local head = "POST " .. wrk.path .. " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port
    .. "\r\nContent-Type: application/json\r\nContent-Length: "
  requests = {}
  sent = 0
  local line = 0
  for body in io.lines(args[1]) do
    if line % count == number then
      requests[#requests + 1] = head .. #body .. "\r\n\r\n" .. body
    end
    line = line + 1
  end
  total = #requests
end

function request()
  if page then return page end
  sent = sent + 1
  if sent > total then
    exhausted = 1
    wrk.thread:stop()
    return requests[total]
  end
  return requests[sent]
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
