package io.ashlar.core.transform;

import io.ashlar.core.base.Check;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;
import org.agrona.concurrent.UnsafeBuffer;

/// [XtsCipher] composed of the JDK's AES/ECB, for systems without OpenSSL 3. As fast where the JDK
/// uses the CPU's wide AES instructions, several times slower elsewhere.
///
/// What the JDK cannot spare us: `SecretKeySpec` and the provider keep copies of the key and of its
/// expansion on the heap, out of our reach; they live until the collector reuses their memory. The
/// block passes through two arrays on the heap, which are wiped with the key only.
final class JdkXts implements XtsCipher {
  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// x^128 = x^7 + x^2 + x + 1 in the field of XTS.
  private static final long REDUCTION = 0x87;

  private final Cipher encrypting;
  private final Cipher decrypting;
  private final Cipher tweaking;
  private final UnsafeBuffer memory = new UnsafeBuffer(0, 0);
  private final byte[] tweak = new byte[BLOCK_BYTES];
  private final byte[] firstTweak = new byte[BLOCK_BYTES];
  private byte[] input = new byte[4096];
  private byte[] output = new byte[4096];

  JdkXts(DataKey key) {
    byte[] half = new byte[DataKey.HALF_BYTES];
    try {
      key.copyHalf(0, half);
      SecretKeySpec dataHalf = new SecretKeySpec(half, "AES");
      encrypting = newCipher(Cipher.ENCRYPT_MODE, dataHalf);
      decrypting = newCipher(Cipher.DECRYPT_MODE, dataHalf);
      key.copyHalf(1, half);
      tweaking = newCipher(Cipher.ENCRYPT_MODE, new SecretKeySpec(half, "AES"));
    } finally {
      Arrays.fill(half, (byte) 0);
    }
  }

  private static Cipher newCipher(int mode, SecretKeySpec key) {
    try {
      Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
      cipher.init(mode, key);
      return cipher;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no AES-256", e);
    }
  }

  @Override
  public void encrypt(long dataUnit, long source, long target, int lengthBytes) {
    run(encrypting, dataUnit, source, target, lengthBytes);
  }

  @Override
  public void decrypt(long dataUnit, long source, long target, int lengthBytes) {
    run(decrypting, dataUnit, source, target, lengthBytes);
  }

  private void run(Cipher cipher, long dataUnit, long source, long target, int lengthBytes) {
    Check.that(
        lengthBytes > 0 && lengthBytes % BLOCK_BYTES == 0, "whole cipher blocks", lengthBytes);
    if (lengthBytes > input.length) {
      input = new byte[lengthBytes];
      output = new byte[lengthBytes];
    }
    WORDS.set(tweak, 0, dataUnit);
    WORDS.set(tweak, Long.BYTES, 0L);
    memory.wrap(source, lengthBytes);
    memory.getBytes(0, input, 0, lengthBytes);
    try {
      tweaking.update(tweak, 0, BLOCK_BYTES, firstTweak, 0);
      mask(input, lengthBytes);
      cipher.update(input, 0, lengthBytes, output, 0);
      mask(output, lengthBytes);
    } catch (ShortBufferException e) {
      throw new IllegalStateException("the output array is as long as the input", e);
    }
    memory.wrap(target, lengthBytes);
    memory.putBytes(0, output, 0, lengthBytes);
  }

  /// XORs each cipher block with the first tweak times x to the power of the block's number.
  private void mask(byte[] bytes, int lengthBytes) {
    long low = (long) WORDS.get(firstTweak, 0);
    long high = (long) WORDS.get(firstTweak, Long.BYTES);
    for (int i = 0; i < lengthBytes; i += BLOCK_BYTES) {
      WORDS.set(bytes, i, (long) WORDS.get(bytes, i) ^ low);
      WORDS.set(bytes, i + Long.BYTES, (long) WORDS.get(bytes, i + Long.BYTES) ^ high);
      long carry = (high >> 63) & REDUCTION;
      high = high << 1 | low >>> 63;
      low = low << 1 ^ carry;
    }
  }

  /// Wipes what is ours; the class says what stays.
  @Override
  public void destroy() {
    Arrays.fill(input, (byte) 0);
    Arrays.fill(output, (byte) 0);
    Arrays.fill(firstTweak, (byte) 0);
  }

  @Override
  public String toString() {
    return "JdkXts[key redacted]";
  }
}
