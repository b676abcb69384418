/** The Lua that HAProxy runs where its configuration language ends: requests that wait, and streams that begin. */

/** Names of actions are global in a HAProxy. */
export function actionSuffix(name: string): string {
  return name.replaceAll(/\W/g, '_');
}

/** While traffic is held only; a request that waits looks this often. */
const LOOK_MS = 20;

export function script(name: string, map: string, waitingPlaces: number): string {
  const suffix = actionSuffix(name);
  return `-- Written by belay. Holds requests while traffic is held, and announces streams when they begin.
local table_of = Map.new(${JSON.stringify(map)}, Map._str)
local waiting = 0

core.register_action("belay_wait_${suffix}", { "http-req" }, function(txn)
  local waited = 0
  local counted = false
  while true do
    local mode, limit = string.match(table_of:lookup("table") or "", "^(%a+)|(%d+)|")
    if mode ~= "hold" then break end
    if waited >= tonumber(limit) or (not counted and waiting >= ${waitingPlaces}) then
      txn:set_var("txn.expired", 1)
      break
    end
    if not counted then
      waiting = waiting + 1
      counted = true
    end
    core.msleep(${LOOK_MS})
    waited = waited + ${LOOK_MS}
  end
  if counted then waiting = waiting - 1 end
end)

core.register_action("belay_stream_${suffix}", { "http-res" }, function(txn)
  local var = function(name) return tostring(txn:get_var("txn." .. name) or "-") end
  local now = txn.f:date(0, "us")
  txn:log(core.info, table.concat({ "S", now, var("began"), var("slot"), txn.f:status(), var("mark") == "chose" and "chose" or "-", var("client") }, " "))
end)
`;
}
