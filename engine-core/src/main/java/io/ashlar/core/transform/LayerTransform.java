package io.ashlar.core.transform;

import io.ashlar.core.base.Check;
import org.jspecify.annotations.Nullable;

/// How new blocks of one layer are sealed. One per writable layer, kept by its volume; the settings
/// may be changed between blocks.
public final class LayerTransform {
  private final int layer;
  private final CompressionProbe probe = new CompressionProbe();
  private Compression compression;
  private @Nullable LayerCipher cipher;

  /// @param cipher null for a plain volume
  public LayerTransform(int layer, Compression compression, @Nullable LayerCipher cipher) {
    this.layer = layer;
    this.compression = compression;
    cipher(cipher);
  }

  public int layer() {
    return layer;
  }

  public Compression compression() {
    return compression;
  }

  public void compression(Compression next) {
    compression = next;
  }

  public @Nullable LayerCipher cipher() {
    return cipher;
  }

  /// Seals from now on with another of the layer's keys.
  public final void cipher(@Nullable LayerCipher next) {
    Check.that(next == null || next.layer() == layer, "the cipher is this layer's", layer);
    cipher = next;
  }

  CompressionProbe probe() {
    return probe;
  }
}
