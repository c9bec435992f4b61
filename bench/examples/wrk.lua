-- Orders with wrk: each request spends the next purchase token of a file with one in each line.
--
--   npx bun tokens --item 1 --promo 1 --count 200000 > tokens.txt
--   wrk -t2 -c64 -d5s -s bench/examples/wrk.lua http://127.0.0.1:3000/api/orders -- tokens.txt 2
--
-- The last argument is the number of wrk's threads, 1 when it is missing: thread i of n takes the lines
-- i, i + n, … wrk itself prints how many were refused (Non-2xx), if any.
-- wrk asks for one request more than it sends, so one token is left over.
local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  if #args == 0 then error("say where the tokens are: -- tokens.txt [threads]") end
  tokens = assert(io.open(args[1]))
  step = tonumber(args[2] or "1")
  ranOut = 0
  skip(number)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end

function skip(lines)
  for _ = 1, lines do tokens:read("*l") end
end

function request()
  local token = tokens:read("*l")
  skip(step - 1)
  if token == nil then
    -- From here on wrk sends what the engine refuses at once, until wrk's time is up.
    ranOut = 1
    token = ""
  end
  return wrk.format(nil, nil, nil, '{"token":"' .. token .. '","amount":1}')
end

function done()
  for _, thread in ipairs(threads) do
    if thread:get("ranOut") == 1 then
      print("The tokens ran out: make more, or make it shorter. These are not the figures of orders.")
      return
    end
  end
end
