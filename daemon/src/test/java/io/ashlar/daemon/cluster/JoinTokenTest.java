package io.ashlar.daemon.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.control.ControlException;
import io.ashlar.control.ProblemCode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JoinTokenTest {
  /// Made once. If this fails, tokens of other versions are not read any more.
  private static final String GOLDEN =
      "ashlar-join-AQAAAAAAAAABAAAAAAAAAAIHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJAAAAAGoIXEAdOQQKFAABdvQ8tQ";

  private static JoinToken sample(String address) {
    byte[] authority = new byte[JoinToken.FINGERPRINT_BYTES];
    byte[] secret = new byte[JoinToken.SECRET_BYTES];
    java.util.Arrays.fill(authority, (byte) 7);
    java.util.Arrays.fill(secret, (byte) 9);
    return new JoinToken(
        new UUID(1, 2),
        authority,
        secret,
        Instant.parse("2026-05-16T12:00:00Z"),
        new InetSocketAddress(InetAddress.ofLiteral(address), 7481));
  }

  @Test
  void shouldWriteAndReadTokensAsEver() {
    assertThat(sample("10.20.0.1").text()).isEqualTo(GOLDEN);
    assertSame(JoinToken.parse(GOLDEN), sample("10.20.0.1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.20.0.1", "fd00:7::1"})
  void shouldReadBackWhatItWrote(String address) {
    JoinToken token = sample(address);
    assertSame(JoinToken.parse("  " + token.text() + "\n"), token);
  }

  private static void assertSame(JoinToken found, JoinToken expected) {
    assertThat(found.cluster()).isEqualTo(expected.cluster());
    assertThat(found.authority()).isEqualTo(expected.authority());
    assertThat(found.secret()).isEqualTo(expected.secret());
    assertThat(found.expires()).isEqualTo(expected.expires());
    assertThat(found.door()).isEqualTo(expected.door());
  }

  @Test
  void shouldRefuseATokenOfWhichAnyLetterIsWrongOrMissing() {
    String text = sample("10.20.0.1").text();
    for (int i = 0; i < text.length(); i++) {
      char other = text.charAt(i) == 'A' ? 'B' : 'A';
      assertGarbled(text.substring(0, i) + other + text.substring(i + 1));
      assertGarbled(text.substring(0, i));
    }
    assertGarbled(text + "A");
  }

  private static void assertGarbled(String text) {
    assertThatThrownBy(() -> JoinToken.parse(text))
        .as(text)
        .isInstanceOfSatisfying(
            ControlException.class,
            refused -> assertThat(refused.code()).isEqualTo(ProblemCode.TOKEN_REFUSED))
        .hasMessageContaining("token");
  }

  @Test
  void shouldRefuseAnythingElseWithASentence() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      String text =
          "ashlar-join-" + java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
      assertThatThrownBy(() -> JoinToken.parse(text))
          .as("seed %d", seed)
          .isInstanceOf(ControlException.class);
    }
  }

  @Test
  void shouldKeepItsSecretToItself() {
    assertThat(sample("10.20.0.1").toString()).doesNotContain("ashlar-join").doesNotContain("0909");
  }
}
