package io.ashlar.core.transform;

import io.ashlar.core.base.Check;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/// [XtsCipher] by OpenSSL: one context per direction keeps the expanded key, outside the heap; per
/// block only the tweak is set.
final class OpenSslXts implements XtsCipher {
  private static final int OUT_LENGTH_OFFSET = BLOCK_BYTES;

  /// The tweak, then the length that libcrypto reports. Its upper tweak half stays zero.
  private final ByteBuffer scratch =
      ByteBuffer.allocateDirect(BLOCK_BYTES + Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private final UnsafeBuffer tweak = new UnsafeBuffer(scratch);
  private final long tweakAddress = BufferUtil.address(scratch);
  private long encrypting;
  private long decrypting;

  OpenSslXts(DataKey key) {
    encrypting = LibCrypto.newContext(key.address(), 1);
    decrypting = LibCrypto.newContext(key.address(), 0);
    Check.that(encrypting != 0 && decrypting != 0, "libcrypto takes the key");
  }

  @Override
  public void encrypt(long dataUnit, long source, long target, int lengthBytes) {
    run(encrypting, dataUnit, source, target, lengthBytes);
  }

  @Override
  public void decrypt(long dataUnit, long source, long target, int lengthBytes) {
    run(decrypting, dataUnit, source, target, lengthBytes);
  }

  private void run(long context, long dataUnit, long source, long target, int lengthBytes) {
    Check.that(context != 0, "the cipher has a key");
    Check.that(
        lengthBytes > 0 && lengthBytes % BLOCK_BYTES == 0, "whole cipher blocks", lengthBytes);
    tweak.putLong(0, dataUnit, ByteOrder.LITTLE_ENDIAN);
    long outLength = tweakAddress + OUT_LENGTH_OFFSET;
    Check.that(
        LibCrypto.run(context, tweakAddress, target, outLength, source, lengthBytes),
        "libcrypto runs the cipher");
  }

  @Override
  public void destroy() {
    if (encrypting != 0) {
      LibCrypto.freeContext(encrypting);
      LibCrypto.freeContext(decrypting);
      encrypting = 0;
      decrypting = 0;
    }
  }

  @Override
  public String toString() {
    return "OpenSslXts[key redacted]";
  }
}
