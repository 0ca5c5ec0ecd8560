package io.ashlar.daemon.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.control.ControlException;
import io.ashlar.control.ProblemCode;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenBookTest {
  private static final Instant NOW = Instant.parse("2026-11-24T04:00:00Z");
  private static final Duration HOUR = Duration.ofHours(1);
  private static final UUID NODE = new UUID(1, 1);
  private static final UUID OTHER = new UUID(2, 2);
  private static final InetAddress FROM = InetAddress.ofLiteral("10.20.0.2");
  private static final InetAddress ELSEWHERE = InetAddress.ofLiteral("10.20.0.3");

  @TempDir private Path directory;

  @SuppressWarnings("NullAway.Init") // set before each test
  private TokenBook book;

  @BeforeEach
  void open() {
    book = new TokenBook(directory.resolve("tokens"));
    book.add(secret(1), NOW.plus(HOUR), NOW);
  }

  private static byte[] secret(int number) {
    byte[] secret = new byte[JoinToken.SECRET_BYTES];
    secret[0] = (byte) number;
    return secret;
  }

  private static void assertRefused(String sentence, ThrowingCallable use) {
    assertThatThrownBy(use)
        .isInstanceOfSatisfying(
            ControlException.class,
            refused -> assertThat(refused.code()).isEqualTo(ProblemCode.TOKEN_REFUSED))
        .hasMessageContaining(sentence);
  }

  @Test
  void shouldLetOneNodeUseATokenAndRepeatIt() {
    book.use(secret(1), NODE, FROM, NOW);
    book.use(secret(1), NODE, FROM, NOW);
    assertRefused("used by another node", () -> book.use(secret(1), OTHER, ELSEWHERE, NOW));
    TokenBook reopened = new TokenBook(directory.resolve("tokens"));
    reopened.use(secret(1), NODE, FROM, NOW);
    assertRefused("used by another node", () -> reopened.use(secret(1), OTHER, ELSEWHERE, NOW));
  }

  @Test
  void shouldRefuseATokenAfterItsTime() {
    book.use(secret(1), NODE, FROM, NOW.plus(HOUR));
    assertRefused(
        "expired at 2026-11-24T05:00:00Z",
        () -> book.use(secret(1), NODE, FROM, NOW.plus(HOUR).plusSeconds(1)));
  }

  @Test
  void shouldForgetExpiredTokensAsNewOnesAreMade() throws Exception {
    Instant later = NOW.plus(HOUR).plusSeconds(1);
    book.add(secret(2), later.plus(HOUR), later);
    assertThat(Files.readAllLines(directory.resolve("tokens"))).hasSize(1);
    assertRefused("not one that this node gave out", () -> book.use(secret(1), NODE, FROM, later));
  }

  @Test
  void shouldListenToNobodyWhoGuesses() {
    for (int i = 0; i < 5; i++) {
      int guess = 100 + i;
      assertRefused(
          "not one that this node gave out", () -> book.use(secret(guess), NODE, FROM, NOW));
    }
    assertRefused("wait a minute", () -> book.use(secret(1), NODE, FROM, NOW));
    book.use(secret(1), OTHER, ELSEWHERE, NOW);
    book.add(secret(2), NOW.plus(HOUR), NOW);
    book.use(secret(2), NODE, FROM, NOW.plusSeconds(61));
  }

  @Test
  void shouldKeepNoSecret() throws Exception {
    Path file = directory.resolve("tokens");
    assertThat(Files.readString(file)).doesNotContain(HexFormat.of().formatHex(secret(1)));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void shouldSayWhatToDoAboutADamagedFile() throws Exception {
    Files.writeString(directory.resolve("tokens"), "nonsense\n");
    assertThatThrownBy(() -> book.use(secret(1), NODE, FROM, NOW))
        .hasMessageContaining("is damaged: delete it");
  }

  @Test
  void shouldKeepOnlySoMany() {
    for (int i = 1; i < 256; i++) {
      book.add(secret(i), NOW.plus(HOUR), NOW);
    }
    assertThatThrownBy(() -> book.add(secret(0), NOW.plus(HOUR), NOW))
        .hasMessageContaining("the limit");
  }
}
