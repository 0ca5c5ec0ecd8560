package io.ashlar.core.transform;

/// One generation of one layer's cipher, ready to use. Made and destroyed by a [KeyRing].
public final class LayerCipher {
  private final int layer;
  private final int generation;
  private final XtsCipher cipher;

  LayerCipher(int layer, int generation, XtsCipher cipher) {
    this.layer = layer;
    this.generation = generation;
    this.cipher = cipher;
  }

  public int layer() {
    return layer;
  }

  /// From 1 to [SealedBlock#KEY_GENERATION_MAX].
  public int generation() {
    return generation;
  }

  XtsCipher cipher() {
    return cipher;
  }

  @Override
  public String toString() {
    return "LayerCipher[layer=%d, generation=%d, key redacted]".formatted(layer, generation);
  }
}
