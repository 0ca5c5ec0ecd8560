package io.ashlar.core.transform;

import io.ashlar.core.base.Check;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/// The ciphers a shard can open blocks with, by owner layer and key generation. A volume's blocks
/// may belong to any layer of its chain, so the shard keeps one ring for all its volumes.
public final class KeyRing {
  private final XtsProvider provider;
  private final Long2ObjectHashMap<LayerCipher> ciphers = new Long2ObjectHashMap<>();
  private @Nullable LayerCipher last;

  public KeyRing(XtsProvider provider) {
    this.provider = provider;
  }

  /// Takes a key; the caller may destroy it afterwards.
  ///
  /// @param generation from 1 to [SealedBlock#KEY_GENERATION_MAX]; never added twice
  public LayerCipher add(int layer, int generation, DataKey key) {
    Check.that(
        generation > SealedBlock.PLAIN && generation <= SealedBlock.KEY_GENERATION_MAX,
        "key generation fits 16 bits and is not 0",
        generation);
    Check.that(find(layer, generation) == null, "one key per layer and generation", layer);
    LayerCipher cipher = new LayerCipher(layer, generation, provider.newCipher(key));
    ciphers.put(place(layer, generation), cipher);
    return cipher;
  }

  /// The cipher of this layer and generation, or null.
  public @Nullable LayerCipher find(int layer, int generation) {
    LayerCipher found = last;
    if (found == null || found.layer() != layer || found.generation() != generation) {
      found = ciphers.get(place(layer, generation));
      if (found != null) {
        last = found;
      }
    }
    return found;
  }

  /// Forgets one key. Blocks sealed with it cannot be opened any more.
  public void remove(int layer, int generation) {
    LayerCipher cipher = ciphers.remove(place(layer, generation));
    if (cipher != null) {
      cipher.cipher().destroy();
    }
    last = null;
  }

  /// Forgets all keys.
  public void destroy() {
    ciphers.values().forEach(cipher -> cipher.cipher().destroy());
    ciphers.clear();
    last = null;
  }

  private static long place(int layer, int generation) {
    return (long) layer << 32 | generation;
  }

  @Override
  public String toString() {
    return "KeyRing[%d keys, redacted]".formatted(ciphers.size());
  }
}
