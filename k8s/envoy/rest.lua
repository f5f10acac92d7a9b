-- What REST promises and Envoy's transcoder does not know: a field or parameter that is unknown or of the wrong type is named,
-- 0 is no version, a body has a limit, a success may be another status than 200, and gRPC's own headers stay inside.
-- REST_FIELDS comes from json_fields.lua.

local MAX_BODY_BYTES = 4194304
local MAX_DEPTH = 100
-- How long a service may take for a request of REST, which names no time: a little less than the route waits. Reports ask a
-- language model, and have a route of their own.
local GRPC_TIMEOUT = "29500m"
local REPORT_TIMEOUT = "119500m"
local REPORTS = {
  ["grimoire.v1.AnalyzeProcessRequest"] = true, ["grimoire.v1.GenerateProcessInsightsRequest"] = true,
  ["grimoire.v1.PlanProcessImprovementRequest"] = true,
}

local function json(text)
  return '"' .. text:gsub('[%c"\\]', function(c) return ("\\u%04x"):format(c:byte()) end) .. '"'
end

local function answer(handle, status, code, message, details)
  handle:headers():replace("x-grimoire-refused", "1")
  handle:respond(
    {[":status"] = status, ["content-type"] = "application/json"},
    '{"code":' .. code .. ',"message":' .. json(message) .. ',"details":[' .. details .. "]}")
end

local function refuse(handle, field, reason, text)
  field = field:sub(1, 255)
  answer(handle, "400", 3, text,
    '{"@type":"type.googleapis.com/google.rpc.BadRequest","field_violations":[{"field":' .. json(field)
      .. ',"description":' .. json(text) .. ',"reason":' .. json(reason) .. "}]}")
end

local function refuse_size(handle)
  answer(handle, "413", 8, "The body is too large: 4 MiB are allowed.", "")
end

local function find_route(method, path)
  for _, route in ipairs(REST_FIELDS.routes) do
    if route.method == method and path:match(route.path) then return route end
  end
end

-- A table's names as a client should write them: those in snake case.
local function names(fields)
  local list = {}
  for name in pairs(fields) do
    if not name:find("%u") then list[#list + 1] = name end
  end
  table.sort(list)
  return #list > 0 and table.concat(list, ", ") or "none"
end

local escapes = {b = "\b", f = "\f", n = "\n", r = "\r", t = "\t"}
local function unescape(key)
  if not key:find("\\", 1, true) then return key end
  key = key:gsub("\\u00([0-7]%x)", function(digits) return string.char(tonumber(digits, 16)) end)
  return (key:gsub("\\(.)", function(c) return escapes[c] or c end))
end

-- The transcoder's parser takes more than JSON has (RFC 8259): 'quotes', keys without any, a comma too many, and \q for q,
-- which changes what a client means. So the text is judged here.
local SOMETHING = "[^ \t\r\n]"

-- The position after the string that begins at `at`, or nil where it is none.
local function string_end(text, at)
  local position = at + 1
  while true do
    position = text:find('["\\%c]', position)
    if not position then return nil end
    local byte = text:byte(position)
    if byte == 34 then return position + 1 end
    if byte == 92 then
      position = text:match('^["\\/bfnrt]()', position + 1) or text:match("^u%x%x%x%x()", position + 1)
      if not position then return nil end
    elseif byte == 127 then
      position = position + 1
    else
      return nil
    end
  end
end

local literals = {["true"] = true, ["false"] = true, ["null"] = true}
local function is_number_or_literal(word)
  if literals[word] then return true end
  local whole, rest = word:match("^%-?(%d+)(.*)$")
  if not whole or whole:find("^0%d") then return false end
  rest = rest:gsub("^%.%d+", "")
  return rest == "" or rest:find("^[eE][+-]?%d+$") ~= nil
end

local words = {
  string = "must be a text.", int = "must be a whole number.", number = "must be a number.",
  bool = "must be true or false.", list = "must be a list.", object = "must be an object.",
}

-- What is wrong with a value that begins with `first`, as its type goes; nil where nothing is, or the transcoder judges.
local function mismatch(kind, first, text, at)
  if kind == "" or first == "n" then return nil end
  local prefix = kind:sub(1, 2)
  if prefix == "[]" then return first ~= "[" and words.list or nil end
  if prefix == "{}" or not words[kind] then return first ~= "{" and words.object or nil end
  if kind == "string" then return first ~= '"' and words.string or nil end
  if kind == "bool" then return first ~= "t" and first ~= "f" and words.bool or nil end
  -- Whole numbers may be texts too (proto3's JSON); a fraction or an exponent, the transcoder judges.
  if not first:find('[%d%-"]') then return words[kind] end
  if first == '"' and not text:match('^"%-?[%d.eE+-]+"', at) and kind == "int" then return words.int end
end

-- What is wrong where the text is no JSON.
local function broken(at, text)
  if not at or at > #text then return nil, {json = "it ends too early"} end
  return nil, {json = "byte " .. at .. " is not what has to stand there"}
end

-- Walks the value at `at`, of type `kind`. Gives the position after it, or nil and what is wrong first: {field, reason, text}, or
-- what is said of a text that is no JSON, as `json`.
local function walk(text, at, kind, path, depth)
  if depth > MAX_DEPTH then return nil, {json = "it is more than " .. MAX_DEPTH .. " levels deep"} end
  at = text:find(SOMETHING, at)
  if not at then return broken(nil, text) end
  local first = text:sub(at, at)
  if not first:find('["{%[%d%-tfn]') then return broken(at, text) end
  local wrong = mismatch(kind, first, text, at)
  if wrong and path ~= "" then return nil, {path, "INVALID_TYPE", path .. " " .. wrong} end
  if first == '"' then
    local after = string_end(text, at)
    if not after then return broken(at, text) end
    return after
  end
  if first ~= "{" and first ~= "[" then
    local after = text:find("[,%]} \t\r\n]", at) or #text + 1
    if not is_number_or_literal(text:sub(at, after - 1)) then return broken(at, text) end
    return after
  end
  local closing = first == "{" and "}" or "]"
  local fields = first == "{" and REST_FIELDS.messages[kind]
  local of_each = (kind:sub(1, 2) == "{}" or kind:sub(1, 2) == "[]") and kind:sub(3) or ""
  at = text:find(SOMETHING, at + 1)
  if at and text:sub(at, at) == closing then return at + 1 end
  local index = 0
  while at do
    local inner, inner_path = of_each, path .. "[" .. index .. "]"
    if first == "{" then
      local after = text:sub(at, at) == '"' and string_end(text, at)
      if not after then return broken(at, text) end
      local key = unescape(text:sub(at + 1, after - 2))
      inner_path = path == "" and key or path .. "." .. key
      if fields then
        inner = fields[key]
        if not inner then
          return nil, {inner_path, "UNKNOWN_FIELD", inner_path .. " is not a field here; there are " .. names(fields) .. "."}
        end
      end
      at = text:match("^[ \t\r\n]*:()", after)
      if not at then return broken(text:find(SOMETHING, after), text) end
    end
    local problem
    at, problem = walk(text, at, inner, inner_path, depth + 1)
    if not at then return nil, problem end
    local separator, position = text:match("^[ \t\r\n]*([,%]}])()", at)
    if separator == closing then return position end
    if separator ~= "," then return broken(text:find(SOMETHING, at), text) end
    at = text:find(SOMETHING, position)
    index = index + 1
  end
  return broken(nil, text)
end

-- What is wrong with a body.
local function check_body(text, message)
  local after, problem = walk(text, 1, message, "", 0)
  if problem then return problem end
  local more = text:find(SOMETHING, after)
  if more then return select(2, broken(more, text)) end
end

local function decode(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- What is wrong with a query, as {field, reason, text}; nil where nothing is.
local function check_query(query, parameters)
  for pair in query:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=?(.*)$")
    name, value = decode(name), decode(value)
    local kind = parameters[name]
    if not kind then
      name = name:sub(1, 255)
      return {name, "UNKNOWN_FIELD", name .. " is not a parameter here; there are " .. names(parameters) .. "."}
    end
    if kind == "int" and not (value:match("^%-?%d+$") and #value <= 20) then
      return {name, "INVALID_TYPE", name .. " " .. words.int}
    end
    if kind == "bool" and value ~= "true" and value ~= "false" then
      return {name, "INVALID_TYPE", name .. " " .. words.bool}
    end
    -- 0 means "the latest" in gRPC only; in a query it is a mistake.
    if name == "version" and tonumber(value) <= 0 then
      return {name, "OUT_OF_RANGE", "version must be 1 or more, or absent for the latest."}
    end
  end
end

-- A query without `+`, which the transcoder would hand on as it is: a space in what is sent as forms are (WHATWG URL, section 5), but
-- the sign itself in a time, whose zone many forget to escape.
local function without_plus(query, parameters)
  return (query:gsub("[^&]+", function(pair)
    local name, value = pair:match("^([^=]*)=(.*)$")
    if not value or not value:find("+", 1, true) then return end
    return name .. "=" .. value:gsub("+", parameters[decode(name)] == "" and "%%2B" or "%%20")
  end))
end

-- Headers by which a request could steer Envoy from outside.
local steering = {"x-grimoire-refused", "x-envoy-original-method", "x-envoy-original-path", "x-envoy-retry-on",
  "x-envoy-retry-grpc-on", "x-envoy-max-retries", "x-envoy-upstream-rq-timeout-ms",
  "x-envoy-upstream-rq-per-try-timeout-ms", "x-envoy-upstream-alt-stat-name", "x-envoy-hedge-on-per-try-timeout",
  "x-envoy-upstream-rq-timeout-alt-response", "x-envoy-expected-rq-timeout-ms"}

-- A request that belongs to no trace begins one here, so that Envoy's log and the services' name it alike.
local function begin_trace(headers)
  if headers:get("traceparent") then return end
  local id = (headers:get("x-request-id") or ""):gsub("-", "")
  if #id == 32 and id:match("^%x+$") and id:match("[1-9a-f]", 17) then
    headers:add("traceparent", "00-" .. id:lower() .. "-" .. id:sub(17):lower() .. "-00")
  end
end

function envoy_on_request(handle)
  local headers = handle:headers()
  for _, name in ipairs(steering) do headers:remove(name) end
  begin_trace(headers)
  if (headers:get("content-type") or ""):sub(1, 16) == "application/grpc" then return end
  local path, query = (headers:get(":path") or ""):match("^([^?#]*)%??([^#]*)")
  local route = find_route(headers:get(":method"), path)
  if not route then return end
  local problem = check_query(query, route.query)
  if problem then return refuse(handle, problem[1], problem[2], problem[3]) end
  if query:find("+", 1, true) then headers:replace(":path", path .. "?" .. without_plus(query, route.query)) end
  if not headers:get("grpc-timeout") then headers:add("grpc-timeout", REPORTS[route.message] and REPORT_TIMEOUT or GRPC_TIMEOUT) end
  if route.message == "" then return end
  if (tonumber(headers:get("content-length") or "0") or 0) > MAX_BODY_BYTES then return refuse_size(handle) end
  local body = handle:body()
  if not body then return end
  if body:length() > MAX_BODY_BYTES then return refuse_size(handle) end
  if body:length() == 0 then return end
  local problem = check_body(body:getBytes(0, body:length()), route.message)
  if not problem then return end
  if problem.json then return answer(handle, "400", 3, "The body is no JSON: " .. problem.json .. ".", "") end
  refuse(handle, problem[1], problem[2], problem[3])
end

function envoy_on_response(handle)
  local headers = handle:headers()
  if (headers:get("content-type") or ""):sub(1, 16) == "application/grpc" then return end
  local status = headers:get("x-http-status")
  -- Of failures, the transcoder has made a status of grpc-status, but for heads that are too large: that has one of its own.
  if status and (headers:get(":status") == "200" or status == "431") then headers:replace(":status", status) end
  local inside = {"x-http-status"}
  for name in pairs(headers) do
    if name:sub(1, 5) == "grpc-" then inside[#inside + 1] = name end
  end
  for _, name in ipairs(inside) do headers:remove(name) end
  if status == "304" then
    -- RFC 9110, section 15.4.5: no content, and no type of it. Its length, which becomes 0, must stay: without one, Envoy would
    -- send chunks over HTTP/1.1, which a 304 does not have. The headers are out of reach once the body has been waited for.
    headers:remove("content-type")
    local body = handle:body()
    if body then body:setBytes("") end
  end
end
