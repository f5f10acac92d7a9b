-- What REST promises and Envoy's transcoder does not know: unknown fields are refused, 0 is no version, a success may be
-- another status than 200, and gRPC's own headers stay inside. REST_FIELDS comes from json_fields.lua.

local function json(text)
  return '"' .. text:gsub('[%c"\\]', function(c) return ("\\u%04x"):format(c:byte()) end) .. '"'
end

local function refuse(handle, field, reason, text)
  handle:headers():replace("x-grimoire-refused", "1")
  handle:respond(
    {[":status"] = "400", ["content-type"] = "application/json"},
    '{"code":3,"message":' .. json(text)
      .. ',"details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","field_violations":[{"field":' .. json(field)
      .. ',"description":' .. json(text) .. ',"reason":' .. json(reason) .. "}]}]}")
end

local function request_message(method, path)
  for _, route in ipairs(REST_FIELDS.routes) do
    if route.method == method and path:match(route.path) then return route.message end
  end
end

local escapes = {b = "\b", f = "\f", n = "\n", r = "\r", t = "\t"}
local function unescape(key)
  if not key:find("\\", 1, true) then return key end
  key = key:gsub("\\u00([0-7]%x)", function(digits) return string.char(tonumber(digits, 16)) end)
  return (key:gsub("\\(.)", function(c) return escapes[c] or c end))
end

-- The position after the string that begins at `at`, or nil where it has no end.
local function string_end(text, at)
  local position = at + 1
  while true do
    position = text:find('["\\]', position)
    if not position then return nil end
    if text:byte(position) == 34 then return position + 1 end
    position = position + 2
  end
end

-- Walks the value at `at`, which is a message of that name, or anything where message is "". Gives the position after it,
-- or nil where the text is no JSON, which is the transcoder's to say, and the path of the first unknown field.
local function walk(text, at, message, path, depth)
  if depth > 100 then return nil end
  at = text:find("%S", at)
  if not at then return nil end
  local first = text:sub(at, at)
  if first == '"' then return string_end(text, at) end
  if first ~= "{" and first ~= "[" then return text:find("[,%]}%s]", at) or #text + 1 end
  local closing = first == "{" and "}" or "]"
  at = text:find("%S", at + 1)
  if at and text:sub(at, at) == closing then return at + 1 end
  while at do
    local inner, inner_path = message, path
    if first == "{" then
      if text:sub(at, at) ~= '"' then return nil end
      local after = string_end(text, at)
      if not after then return nil end
      local key = unescape(text:sub(at + 1, after - 2))
      inner_path = path == "" and key or path .. "." .. key
      inner = message == "" and "" or REST_FIELDS.messages[message][key]
      if not inner then return nil, inner_path, message end
      at = text:match("^%s*:()", after)
      if not at then return nil end
    end
    local unknown, owner
    at, unknown, owner = walk(text, at, inner, inner_path, depth + 1)
    if not at then return nil, unknown, owner end
    local separator, position = text:match("^%s*([,%]}])()", at)
    if separator == closing then return position end
    if separator ~= "," then return nil end
    at = text:find("%S", position)
  end
end

local function names(message)
  local list = {}
  for name in pairs(REST_FIELDS.messages[message]) do
    if not name:find("%u") then list[#list + 1] = name end
  end
  table.sort(list)
  return table.concat(list, ", ")
end

function envoy_on_request(handle)
  local headers = handle:headers()
  headers:remove("x-grimoire-refused")
  if (headers:get("content-type") or ""):sub(1, 16) == "application/grpc" then return end
  local path = headers:get(":path") or ""
  local version = path:match("[?&]version=([^&]*)")
  -- 0 means "the latest" in gRPC only; in a query it is a mistake.
  if version and version:match("^%-?%d+$") and tonumber(version) <= 0 then
    return refuse(handle, "version", "OUT_OF_RANGE", "version must be 1 or more, or absent for the latest.")
  end
  local message = request_message(headers:get(":method"), path:match("^[^?]*"))
  if not message then return end
  local body = handle:body()
  if not body then return end
  local _, unknown, owner = walk(body:getBytes(0, body:length()), 1, message, "", 0)
  if unknown then
    refuse(handle, unknown:sub(1, 255), "UNKNOWN_FIELD",
      unknown:sub(1, 255) .. " is not a field here; there are " .. names(owner) .. ".")
  end
end

function envoy_on_response(handle)
  local headers = handle:headers()
  if (headers:get("content-type") or ""):sub(1, 16) == "application/grpc" then return end
  local status = headers:get("x-http-status")
  if status and headers:get(":status") == "200" then headers:replace(":status", status) end
  for _, name in ipairs({"x-http-status", "grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-accept-encoding"}) do
    headers:remove(name)
  end
end
