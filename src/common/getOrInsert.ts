/** The value of `key`, which `make` makes where there is none yet. (`Map.prototype.getOrInsertComputed`, once Node has it.) */
export function getOrInsert<Key, Value>(map: Map<Key, Value>, key: Key, make: (key: Key) => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make(key);
    map.set(key, value);
  }
  return value;
}
