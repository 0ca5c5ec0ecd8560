package io.ashlar.daemon.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretFileTest {
  @TempDir private Path directory;

  private static void mode(Path file, String mode) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  @Test
  void shouldMakeATokenForItsOwnerOnly() throws Exception {
    Path file = directory.resolve("api.token");
    ApiToken made = ApiToken.open(file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    String text = Files.readString(file);
    assertThat(text).matches("[0-9a-f]{64}\n");
    assertThat(made.matches(text.strip())).isTrue();
    assertThat(made.matches(text.strip().replace(text.charAt(0), 'x'))).isFalse();
    assertThat(made.matches("")).isFalse();
  }

  @Test
  void shouldKeepTheTokenItMade() throws Exception {
    Path file = directory.resolve("api.token");
    ApiToken.open(file);
    String text = Files.readString(file).strip();
    assertThat(ApiToken.open(file).matches(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx------"})
  void shouldRefuseAFileThatOthersCanReach(String mode) throws Exception {
    Path file = directory.resolve("api.token");
    ApiToken.open(file);
    mode(file, mode);
    assertThatThrownBy(() -> ApiToken.open(file))
        .isInstanceOf(SecretFileException.class)
        .hasMessageContaining("chmod 600 " + file);
  }

  @Test
  void shouldAcceptAFileThatIsReadOnly() throws Exception {
    Path file = directory.resolve("api.token");
    ApiToken.open(file);
    mode(file, "r--------");
    ApiToken.open(file);
  }

  @Test
  void shouldRefuseASecretOfAnotherLength() throws Exception {
    Path file = directory.resolve("kek");
    SecretFile secret = new SecretFile(file);
    secret.create(ByteBuffer.allocate(31));
    assertThatThrownBy(() -> secret.read(ByteBuffer.allocate(32)))
        .isInstanceOf(SecretFileException.class)
        .hasMessageContaining("has 31 bytes and must have 32");
  }

  @Test
  void shouldNeverOverwriteASecret() throws Exception {
    Path file = directory.resolve("kek");
    new SecretFile(file).create(ByteBuffer.wrap(new byte[] {1}));
    assertThatThrownBy(() -> new SecretFile(file).create(ByteBuffer.wrap(new byte[] {2})))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(Files.readAllBytes(file)).containsExactly(1);
  }
}
