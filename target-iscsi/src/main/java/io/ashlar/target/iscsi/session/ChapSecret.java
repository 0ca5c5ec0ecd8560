package io.ashlar.target.iscsi.session;

import io.ashlar.core.base.Check;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;

/// A CHAP secret, kept outside the heap so that no heap dump has it.
public final class ChapSecret {
  /// RFC 7143 §9.2.1 wants 96 bits.
  public static final int BYTES_MIN = 12;

  public static final int BYTES_MAX = 256;

  private final ByteBuffer bytes;

  /// Copies the secret; the caller wipes its own copy.
  public ChapSecret(byte[] secret) {
    Check.that(
        secret.length >= BYTES_MIN && secret.length <= BYTES_MAX,
        "a CHAP secret has 12 to 256 bytes",
        secret.length);
    bytes = ByteBuffer.allocateDirect(secret.length).put(secret).flip().asReadOnlyBuffer();
  }

  /// What a peer that knows the secret answers to a challenge: hash(identifier, secret, challenge).
  byte[] response(ChapAlgorithm algorithm, int identifier, byte[] challenge) {
    MessageDigest digest = algorithm.digest();
    digest.update((byte) identifier);
    byte[] copy = new byte[bytes.remaining()];
    try {
      // A digest keeps its own copy of what it takes from outside the heap, and does not wipe it.
      bytes.duplicate().get(copy);
      digest.update(copy);
      return digest.digest(challenge);
    } finally {
      Arrays.fill(copy, (byte) 0);
    }
  }

  boolean sameAs(ChapSecret other) {
    return bytes.equals(other.bytes);
  }

  @Override
  public String toString() {
    return "ChapSecret[redacted]";
  }
}
