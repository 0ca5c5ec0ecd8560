package io.ashlar.core.transform;

import io.ashlar.core.base.Check;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/// A [KeyProvider] that holds its keys in this process, whoever brought them (a key file, a test).
/// One thread's own.
public final class LocalKeyProvider implements KeyProvider, AutoCloseable {
  private final Entropy entropy;
  private final Map<UUID, KeyEncryptionKey> keys = new TreeMap<>();
  private KeyEncryptionKey current;

  /// @param current wraps new data keys; the provider's own from now on
  public LocalKeyProvider(Entropy entropy, KeyEncryptionKey current) {
    this.entropy = entropy;
    this.current = current;
    keys.put(current.id(), current);
  }

  /// Takes an older key, which only unwraps.
  public void add(KeyEncryptionKey older) {
    Check.that(keys.putIfAbsent(older.id(), older) == null, "key ids are not used twice");
  }

  /// Takes a key that wraps from now on; the former ones still unwrap.
  public void rotateTo(KeyEncryptionKey next) {
    add(next);
    current = next;
  }

  /// Destroys an older key. What it wraps stays sealed for ever: re-wrap what must live first.
  public void forget(UUID id) {
    Check.that(!id.equals(current.id()), "the current key stays");
    KeyEncryptionKey key = keys.remove(id);
    if (key != null) {
      key.destroy();
    }
  }

  @Override
  public UUID currentKeyId() {
    return current.id();
  }

  @Override
  public WrappedKey wrap(DataKey key, int layer, int generation) {
    return WrappedKey.wrap(key, layer, generation, current, entropy);
  }

  @Override
  public Unwrapped unwrap(WrappedKey wrapped, int layer, int generation) {
    if (wrapped.layer() != layer || wrapped.generation() != generation) {
      return Unwrapped.failed(UnwrapStatus.WRONG_PLACE);
    }
    KeyEncryptionKey by = keys.get(wrapped.keyId());
    if (by == null) {
      return Unwrapped.failed(UnwrapStatus.UNKNOWN_KEY);
    }
    DataKey key = KeyWrapping.decrypt(wrapped, by);
    return key == null
        ? Unwrapped.failed(UnwrapStatus.NOT_AUTHENTIC)
        : new Unwrapped(UnwrapStatus.OK, key);
  }

  /// Destroys all keys.
  @Override
  public void close() {
    keys.values().forEach(KeyEncryptionKey::destroy);
    keys.clear();
  }

  @Override
  public String toString() {
    return "LocalKeyProvider[%d keys, redacted]".formatted(keys.size());
  }
}
