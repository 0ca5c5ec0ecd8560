package io.ashlar.target.iscsi.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChapExchangeTest {
  private static final ChapCredential HOST = credential("host", "the host's own secret");
  private static final ChapCredential TARGET = credential("target", "the target's own secret");

  @ParameterizedTest
  @EnumSource(ChapAlgorithm.class)
  void shouldAcceptAnInitiatorThatKnowsTheSecret(ChapAlgorithm algorithm) {
    ChapExchange exchange = exchange(List.of(algorithm), null);
    TextKeys challenge = challenge(exchange, "5,6,7,8");
    assertThat(challenge.get("CHAP_A")).isEqualTo(Integer.toString(algorithm.code));
    assertThat(exchange.step(answer(challenge, HOST, algorithm), new TextKeys())).isTrue();
    assertThat(exchange.isDone()).isTrue();
  }

  @Test
  void shouldChooseTheStrongestThatBothKnow() {
    ChapExchange exchange = exchange(List.of(ChapAlgorithm.MD5, ChapAlgorithm.SHA_256), null);
    assertThat(challenge(exchange, "5,7").get("CHAP_A")).isEqualTo("7");
  }

  @Test
  void shouldNotFallBackToAHashThatIsNotAllowed() {
    ChapExchange exchange = exchange(List.of(ChapAlgorithm.SHA_256), null);
    assertThat(exchange.step(new TextKeys().add("CHAP_A", "5"), new TextKeys())).isFalse();
  }

  @Test
  void shouldRefuseAnotherSecretOrName() {
    ChapExchange exchange = exchange(List.of(ChapAlgorithm.SHA_256), null);
    TextKeys challenge = challenge(exchange, "7");
    ChapCredential wrongSecret = credential("host", "not the host's secret");
    assertThat(exchange.step(answer(challenge, wrongSecret, ChapAlgorithm.SHA_256), new TextKeys()))
        .isFalse();
    ChapCredential wrongName = new ChapCredential("guest", HOST.secret());
    assertThat(exchange.step(answer(challenge, wrongName, ChapAlgorithm.SHA_256), new TextKeys()))
        .isFalse();
    assertThat(exchange.isDone()).isFalse();
  }

  @Test
  void shouldProveItselfToAnInitiatorThatAsks() {
    ChapExchange exchange = exchange(List.of(ChapAlgorithm.SHA_256), TARGET);
    TextKeys challenge = challenge(exchange, "7");
    TextKeys request = answer(challenge, HOST, ChapAlgorithm.SHA_256);
    request.add("CHAP_I", 9).add("CHAP_C", "0x000102030405060708090a0b0c0d0e0f");
    TextKeys reply = new TextKeys();
    assertThat(exchange.step(request, reply)).isTrue();
    byte[] theirs = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");
    byte[] expected = TARGET.secret().response(ChapAlgorithm.SHA_256, 9, theirs);
    assertThat(reply.get("CHAP_N")).isEqualTo("target");
    assertThat(reply.get("CHAP_R")).isEqualTo("0x" + HexFormat.of().formatHex(expected));
  }

  @Test
  void shouldNotAnswerItsOwnChallenge() {
    ChapExchange exchange = exchange(List.of(ChapAlgorithm.SHA_256), TARGET);
    TextKeys challenge = challenge(exchange, "7");
    TextKeys request = answer(challenge, HOST, ChapAlgorithm.SHA_256);
    request.add("CHAP_I", 9).add("CHAP_C", Objects.requireNonNull(challenge.get("CHAP_C")));
    assertThat(exchange.step(request, new TextKeys())).isFalse();
  }

  @Test
  void shouldChallengeEachTimeAnew() {
    String one = challenge(exchange(List.of(ChapAlgorithm.SHA_256), null), "7").get("CHAP_C");
    String two = challenge(exchange(List.of(ChapAlgorithm.SHA_256), null), "7").get("CHAP_C");
    assertThat(one).isNotEqualTo(two);
  }

  /// RFC 1994 §4.1: the hash of identifier, secret and challenge; figures by md5sum and sha256sum.
  @Test
  void shouldComputeKnownResponses() {
    ChapSecret secret = new ChapSecret("123456789012".getBytes(StandardCharsets.US_ASCII));
    byte[] challenge = HexFormat.of().parseHex("00112233445566778899aabbccddeeff");
    assertThat(HexFormat.of().formatHex(secret.response(ChapAlgorithm.MD5, 1, challenge)))
        .isEqualTo("635ad190e710b26fde40ae55d2bb6c2b");
    assertThat(HexFormat.of().formatHex(secret.response(ChapAlgorithm.SHA_256, 1, challenge)))
        .isEqualTo("5804710934ca0cb4fb48a810f5e09fba99c0c8ecab38a7a98f9d804c4b485b66");
  }

  @Test
  void shouldReadBinaryValuesInBothBases() {
    assertThat(ChapExchange.binary("0x0aFF")).containsExactly(0x0a, 0xff);
    assertThat(ChapExchange.binary("0xAff")).containsExactly(0x0a, 0xff);
    assertThat(ChapExchange.binary("0bCv8=")).containsExactly(0x0a, 0xff);
    assertThat(ChapExchange.binary("0x-1f")).isNull();
    assertThat(ChapExchange.binary("0xzz")).isNull();
    assertThat(ChapExchange.binary("abc")).isNull();
    assertThat(ChapExchange.binary("0x")).isNull();
    assertThat(ChapExchange.binary(null)).isNull();
  }

  @Test
  void shouldKeepSecretsLongApartAndOutOfSight() {
    assertThatThrownBy(() -> new ChapSecret(new byte[11])).isInstanceOf(CheckFailedException.class);
    assertThat(HOST.toString()).doesNotContain("own secret");
    ChapCredential same = new ChapCredential("target", HOST.secret());
    assertThatThrownBy(() -> new HostAccess(HOST, same)).isInstanceOf(CheckFailedException.class);
  }

  private static ChapCredential credential(String name, String secret) {
    return new ChapCredential(name, new ChapSecret(secret.getBytes(StandardCharsets.UTF_8)));
  }

  private static ChapExchange exchange(
      List<ChapAlgorithm> allowed, @Nullable ChapCredential target) {
    return new ChapExchange(HOST, target, allowed, new SecureRandom());
  }

  private static TextKeys challenge(ChapExchange exchange, String algorithms) {
    TextKeys reply = new TextKeys();
    assertThat(exchange.step(new TextKeys().add("CHAP_A", algorithms), reply)).isTrue();
    return reply;
  }

  private static TextKeys answer(
      TextKeys challenge, ChapCredential credential, ChapAlgorithm algorithm) {
    int identifier = Integer.parseInt(Objects.requireNonNull(challenge.get("CHAP_I")));
    byte[] bytes = Objects.requireNonNull(ChapExchange.binary(challenge.get("CHAP_C")));
    byte[] response = credential.secret().response(algorithm, identifier, bytes);
    return new TextKeys()
        .add("CHAP_N", credential.name())
        .add("CHAP_R", "0x" + HexFormat.of().formatHex(response));
  }
}
