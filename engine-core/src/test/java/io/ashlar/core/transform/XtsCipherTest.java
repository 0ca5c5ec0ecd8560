package io.ashlar.core.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ashlar.core.base.CheckFailedException;
import java.util.Objects;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class XtsCipherTest {
  /// The key of IEEE 1619-2007 appendix B, vectors 10 to 14: digits of e and of pi.
  private static final String KEY =
      "2718281828459045235360287471352662497757247093699959574966967627"
          + "3141592653589793238462643383279502884197169399375105820974944592";

  private static final String VECTOR_10 =
      """
      1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b5d31e276f8fe4a8d66b317f9ac683f44
      680a86ac35adfc3345befecb4bb188fd5776926c49a3095eb108fd1098baec70aaa66999a72a82f27d848b21d4a741b0
      c5cd4d5fff9dac89aeba122961d03a757123e9870f8acf1000020887891429ca2a3e7a7d7df7b10355165c8b9a6d0a7d
      e8b062c4500dc4cd120c0f7418dae3d0b5781c34803fa75421c790dfe1de1834f280d7667b327f6c8cd7557e12ac3a0f
      93ec05c52e0493ef31a12d3d9260f79a289d6a379bc70c50841473d1a8cc81ec583e9645e07b8d9670655ba5bbcfecc6
      dc3966380ad8fecb17b6ba02469a020a84e18e8f84252070c13e9f1f289be54fbc481457778f616015e1327a02b140f1
      505eb309326d68378f8374595c849d84f4c333ec4423885143cb47bd71c5edae9be69a2ffeceb1bec9de244fbe15992b
      11b77c040f12bd8f6a975a44a0f90c29a9abc3d4d893927284c58754cce294529f8614dcd2aba991925fedc4ae74ffac
      6e333b93eb4aff0479da9a410e4450e0dd7ae4c6e2910900575da401fc07059f645e8b7e9bfdef33943054ff84011493
      c27b3429eaedb4ed5376441a77ed43851ad77f16f541dfd269d50d6a5f14fb0aab1cbb4c1550be97f7ab4066193c4caa
      773dad38014bd2092fa755c824bb5e54c4f36ffda9fcea70b9c6e693e148c151
      """;

  @ParameterizedTest
  @EnumSource
  void shouldMatchIeee1619Vector10InFull(XtsProvider provider) {
    byte[] plain = ascendingBytes(512);
    byte[] expected = Memory.hex(VECTOR_10);
    assertThat(encrypt(provider, 0xff, plain)).isEqualTo(expected);
    assertThat(decrypt(provider, 0xff, expected)).isEqualTo(plain);
  }

  /// The first 32 bytes of each vector. Vectors 11 to 14 encrypt what vector 10 does.
  @ParameterizedTest
  @CsvSource({
    "ffff, 77a31251618a15e6b92d1d66dffe7b50b50bad552305ba0217a610688eff7e11",
    "ffffff, e387aaa58ba483afa7e8eb469778317ecf4cf573aa9d4eac23f2cdf914e4e200",
    "ffffffff, bf53d2dade78e822a4d949a9bc6766b01b06a8ef70d26748c6a7fc36d80ae4c5",
    "ffffffffff, 64497e5a831e4a932c09be3e5393376daa599548b816031d224bbf50a818ed23"
  })
  void shouldMatchIeee1619Vectors11To14(String dataUnit, String expected) {
    for (XtsProvider provider : XtsProvider.values()) {
      if (provider.isAvailable()) {
        byte[] sealed = encrypt(provider, Long.parseLong(dataUnit, 16), ascendingBytes(512));
        assertThat(sealed).startsWith(Memory.hex(expected));
      }
    }
  }

  @Test
  void shouldGiveTheSameBytesByEveryProvider() {
    assumeTrue(XtsProvider.OPENSSL.isAvailable(), "this system has no OpenSSL 3 libcrypto");
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      DataKey key = Memory.key(random.nextLong());
      XtsCipher openSsl = XtsProvider.OPENSSL.newCipher(key);
      XtsCipher jdk = XtsProvider.JDK.newCipher(key);
      byte[] plain = new byte[16 * (1 + random.nextInt(256))];
      random.nextBytes(plain);
      long dataUnit = random.nextLong();
      byte[] sealed = encrypt(openSsl, dataUnit, plain);
      assertThat(encrypt(jdk, dataUnit, plain)).as("seed %d", seed).isEqualTo(sealed);
      assertThat(decrypt(jdk, dataUnit, sealed)).as("seed %d", seed).isEqualTo(plain);
      assertThat(decrypt(openSsl, dataUnit, sealed)).as("seed %d", seed).isEqualTo(plain);
      openSsl.destroy();
      jdk.destroy();
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldTakeUnitsLongerThanABlock(XtsProvider provider) {
    byte[] plain = ascendingBytes(8192);
    byte[] sealed = encrypt(provider, 9, plain);
    assertThat(sealed).isNotEqualTo(plain);
    assertThat(decrypt(provider, 9, sealed)).isEqualTo(plain);
  }

  @ParameterizedTest
  @EnumSource
  void shouldWorkInPlace(XtsProvider provider) {
    XtsCipher cipher = newCipher(provider);
    byte[] plain = ascendingBytes(4096);
    UnsafeBuffer buffer = Memory.outsideTheHeap(plain);
    cipher.encrypt(-1, Memory.address(buffer), Memory.address(buffer), 4096);
    cipher.decrypt(-1, Memory.address(buffer), Memory.address(buffer), 4096);
    assertThat(Memory.bytesOf(buffer, 0, 4096)).isEqualTo(plain);
  }

  @ParameterizedTest
  @EnumSource
  void shouldRefusePartsOfCipherBlocks(XtsProvider provider) {
    XtsCipher cipher = newCipher(provider);
    long address = Memory.address(Memory.outsideTheHeap(64));
    assertThatThrownBy(() -> cipher.encrypt(1, address, address, 17))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> cipher.decrypt(1, address, address, 0))
        .isInstanceOf(CheckFailedException.class);
  }

  @Test
  void shouldRefuseToRunAfterTheKeyWasForgotten() {
    assumeTrue(XtsProvider.OPENSSL.isAvailable(), "this system has no OpenSSL 3 libcrypto");
    XtsCipher cipher = newCipher(XtsProvider.OPENSSL);
    long address = Memory.address(Memory.outsideTheHeap(64));
    cipher.destroy();
    cipher.destroy();
    assertThatThrownBy(() -> cipher.encrypt(1, address, address, 16))
        .isInstanceOf(CheckFailedException.class);
  }

  @ParameterizedTest
  @EnumSource
  void shouldNotShowTheKeyInWords(XtsProvider provider) {
    assertThat(newCipher(provider).toString()).endsWith("[key redacted]");
    assertThat(provider.toString()).isNotEqualTo(provider.name());
  }

  @Test
  void shouldPreferOpenSsl() {
    XtsProvider expected =
        XtsProvider.OPENSSL.isAvailable() ? XtsProvider.OPENSSL : XtsProvider.JDK;
    assertThat(XtsProvider.best()).isEqualTo(expected);
    assertThat(XtsProvider.JDK.isAvailable()).isTrue();
  }

  private static XtsCipher newCipher(XtsProvider provider) {
    assumeTrue(provider.isAvailable(), "this system has no " + provider);
    DataKey key = DataKey.copyOf(new UnsafeBuffer(Memory.hex(KEY)), 0);
    return provider.newCipher(Objects.requireNonNull(key));
  }

  private static byte[] encrypt(XtsProvider provider, long dataUnit, byte[] plain) {
    return encrypt(newCipher(provider), dataUnit, plain);
  }

  private static byte[] decrypt(XtsProvider provider, long dataUnit, byte[] sealed) {
    return decrypt(newCipher(provider), dataUnit, sealed);
  }

  private static byte[] encrypt(XtsCipher cipher, long dataUnit, byte[] plain) {
    UnsafeBuffer source = Memory.outsideTheHeap(plain);
    UnsafeBuffer target = Memory.outsideTheHeap(plain.length);
    cipher.encrypt(dataUnit, Memory.address(source), Memory.address(target), plain.length);
    assertThat(Memory.bytesOf(source, 0, plain.length)).isEqualTo(plain);
    return Memory.bytesOf(target, 0, plain.length);
  }

  private static byte[] decrypt(XtsCipher cipher, long dataUnit, byte[] sealed) {
    UnsafeBuffer source = Memory.outsideTheHeap(sealed);
    UnsafeBuffer target = Memory.outsideTheHeap(sealed.length);
    cipher.decrypt(dataUnit, Memory.address(source), Memory.address(target), sealed.length);
    return Memory.bytesOf(target, 0, sealed.length);
  }

  private static byte[] ascendingBytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) i;
    }
    return bytes;
  }
}
