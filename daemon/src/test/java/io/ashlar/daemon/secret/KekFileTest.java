package io.ashlar.daemon.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.transform.DataKey;
import io.ashlar.core.transform.KeyProvider.UnwrapStatus;
import io.ashlar.core.transform.LocalKeyProvider;
import io.ashlar.core.transform.WrappedKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KekFileTest {
  @TempDir private Path directory;

  private Path made() throws SecretFileException {
    Path path = directory.resolve("kek");
    new KekFile(path).create();
    return path;
  }

  @Test
  void shouldOpenWhatItWrappedBefore() throws Exception {
    Path path = made();
    WrappedKey wrapped;
    try (LocalKeyProvider keys = new KekFile(path).open();
        DataKey key = DataKey.generate(new SecureRandom()::nextBytes)) {
      wrapped = keys.wrap(key, 7, 1);
    }
    try (LocalKeyProvider keys = new KekFile(path).open()) {
      assertThat(keys.unwrap(wrapped, 7, 1).status()).isEqualTo(UnwrapStatus.OK);
    }
  }

  @Test
  void shouldMakeItForItsOwnerOnlyAndOnce() throws Exception {
    Path path = made();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    assertThatThrownBy(() -> new KekFile(path).create()).isInstanceOf(SecretFileException.class);
  }

  /// Any byte changed: magic, id, key, checksum.
  @ParameterizedTest
  @ValueSource(ints = {0, 8, 23, 24, 55, 56, 59})
  void shouldRefuseADamagedFile(int offset) throws Exception {
    Path path = made();
    byte[] bytes = Files.readAllBytes(path);
    bytes[offset] ^= 1;
    Files.write(path, bytes);
    assertThatThrownBy(() -> new KekFile(path).open())
        .isInstanceOf(SecretFileException.class)
        .hasMessageContaining("bring");
  }

  @Test
  void shouldRefuseAFileOfAnotherLength() throws Exception {
    Path path = made();
    Files.write(path, new byte[59]);
    assertThatThrownBy(() -> new KekFile(path).open())
        .isInstanceOf(SecretFileException.class)
        .hasMessageContaining("has 59 bytes and must have 60");
  }
}
