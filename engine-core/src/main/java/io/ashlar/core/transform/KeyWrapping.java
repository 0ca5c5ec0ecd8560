package io.ashlar.core.transform;

import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.jspecify.annotations.Nullable;

/// AES-256-GCM over data keys, by Bouncy Castle. Runs when a volume is created, opened or re-keyed,
/// never per block. Our arrays are wiped before return; Bouncy Castle's copy of the wrapping key
/// and its expansion stay on the heap until the collector reuses their memory.
final class KeyWrapping {
  static final int NONCE_BYTES = 12;
  static final int TAG_BYTES = 16;

  private KeyWrapping() {}

  /// Returns the encrypted key, then the tag.
  static byte[] encrypt(DataKey key, KeyEncryptionKey by, byte[] nonce, byte[] bound) {
    byte[] plain = new byte[DataKey.LENGTH_BYTES];
    byte[] wrapping = new byte[KeyEncryptionKey.LENGTH_BYTES];
    try {
      key.copyTo(plain);
      by.copyTo(wrapping);
      return encrypt(plain, wrapping, nonce, bound);
    } finally {
      Arrays.fill(plain, (byte) 0);
      Arrays.fill(wrapping, (byte) 0);
    }
  }

  /// Returns the key, or null if key, nonce, bound bytes and tag do not fit each other.
  static @Nullable DataKey decrypt(WrappedKey wrapped, KeyEncryptionKey by) {
    byte[] wrapping = new byte[KeyEncryptionKey.LENGTH_BYTES];
    byte[] plain = null;
    try {
      by.copyTo(wrapping);
      plain = decrypt(wrapped.encrypted(), wrapping, wrapped.nonce(), wrapped.boundBytes());
      return plain == null ? null : DataKey.copyOf(new UnsafeBuffer(plain), 0);
    } finally {
      Arrays.fill(wrapping, (byte) 0);
      if (plain != null) {
        Arrays.fill(plain, (byte) 0);
      }
    }
  }

  static byte[] encrypt(byte[] plain, byte[] wrapping, byte[] nonce, byte[] bound) {
    try {
      return run(true, plain, wrapping, nonce, bound);
    } catch (InvalidCipherTextException e) {
      throw new IllegalStateException("encrypting checks no tag", e);
    }
  }

  static byte @Nullable [] decrypt(byte[] encrypted, byte[] wrapping, byte[] nonce, byte[] bound) {
    try {
      return run(false, encrypted, wrapping, nonce, bound);
    } catch (InvalidCipherTextException e) {
      return null;
    }
  }

  private static byte[] run(
      boolean encrypts, byte[] input, byte[] wrapping, byte[] nonce, byte[] bound)
      throws InvalidCipherTextException {
    GCMModeCipher gcm = GCMBlockCipher.newInstance(AESEngine.newInstance());
    gcm.init(
        encrypts,
        new AEADParameters(new KeyParameter(wrapping), TAG_BYTES * Byte.SIZE, nonce, bound));
    byte[] output = new byte[gcm.getOutputSize(input.length)];
    int length = gcm.processBytes(input, 0, input.length, output, 0);
    gcm.doFinal(output, length);
    return output;
  }
}
