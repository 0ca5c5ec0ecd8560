package io.ashlar.target.iscsi.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ashlar.core.base.CheckFailedException;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.MemoryBlockVolume;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A login's rules (RFC 7143 §6, §7, §13), and the limits that it is held to.
class LoginRulesTest {
  private static final String INITIATOR = "iqn.2026-11.test:host";

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ChapCredential secret =
      new ChapCredential(
          "host", new ChapSecret("the host's own secret".getBytes(StandardCharsets.UTF_8)));
  private final ExportedVolume open = export(1, AccessPolicy.OPEN);
  private final ExportedVolume guarded =
      export(2, new AccessPolicy(Map.of(), new HostAccess(secret, null)));
  private final ExportedVolume closed = export(3, new AccessPolicy(Map.of(), null));

  @AfterEach
  void stop() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private ExportedVolume export(int number, AccessPolicy access) {
    MemoryBlockVolume volume =
        MemoryBlockVolume.numbered(number, new VolumeGeometry(1 << 20, 4096));
    return new ExportedVolume(volume.id(), volume, loops.next(), access);
  }

  private LoginNegotiation login(boolean discoveryNeedsProof, ExportedVolume... volumes) {
    return new LoginNegotiation(
        new LoginNegotiation.Rules(
            new TargetDirectory(List.of(volumes)),
            SessionLimits.DEFAULT,
            List.of(ChapAlgorithm.SHA_256),
            discoveryNeedsProof),
        new SecureRandom());
  }

  private LoginNegotiation login() {
    return login(false, open, guarded, closed);
  }

  private static LoginRequest request(int stage, int next) {
    return new LoginRequest(next > 0, false, stage, next, 77, 0);
  }

  private static TextKeys names(@Nullable ExportedVolume volume) {
    TextKeys keys = new TextKeys().add("InitiatorName", INITIATOR);
    return volume == null
        ? keys.add("SessionType", "Discovery")
        : keys.add("TargetName", volume.targetName());
  }

  /// From 0 or 1 to 1 or 3, upwards; the transit bit alone makes the next stage count.
  @ParameterizedTest
  @CsvSource({"2, 3", "3, 3", "1, 1", "1, 2", "0, 2"})
  void shouldRefuseStagesThatDoNotFollow(int stage, int next) {
    assertThat(login().onRequest(request(stage, next), names(open)).status())
        .isEqualTo(LoginStatus.INITIATOR_ERROR);
  }

  @ParameterizedTest
  @CsvSource({"0, 77, 0, 1", "1, 78, 0, 1", "1, 77, 5, 1"})
  void shouldRefuseARequestOfAnotherLogin(int stage, long isid, int tsih, int next) {
    LoginNegotiation login = login();
    assertThat(login.onRequest(request(1, 0), names(open)).isRefusal()).isFalse();
    LoginRequest other = new LoginRequest(false, false, stage, next, isid, tsih);
    assertThat(login.onRequest(other, new TextKeys()).status())
        .isEqualTo(LoginStatus.INITIATOR_ERROR);
  }

  @Test
  void shouldRefuseToGoOnForEver() {
    LoginNegotiation login = login();
    LoginStatus last = login.onRequest(request(1, 0), names(open)).status();
    int requests = 1;
    while (last == LoginStatus.SUCCESS) {
      last = login.onRequest(request(1, 0), new TextKeys()).status();
      requests++;
    }
    assertThat(requests).isEqualTo(17);
    assertThat(last).isEqualTo(LoginStatus.INITIATOR_ERROR);
  }

  @Test
  void shouldAskWhoComesAndWhatFor() {
    TextKeys nobody = new TextKeys().add("TargetName", open.targetName());
    assertThat(login().onRequest(request(1, 3), nobody).status())
        .isEqualTo(LoginStatus.MISSING_PARAMETER);
    TextKeys empty = names(open);
    assertThat(
            login()
                .onRequest(
                    request(1, 3),
                    new TextKeys().add("InitiatorName", "").add("TargetName", open.targetName()))
                .status())
        .isEqualTo(LoginStatus.MISSING_PARAMETER);
    assertThat(
            login()
                .onRequest(
                    request(1, 3),
                    new TextKeys()
                        .add("InitiatorName", "i".repeat(224))
                        .add("TargetName", open.targetName()))
                .status())
        .isEqualTo(LoginStatus.MISSING_PARAMETER);
    assertThat(
            login()
                .onRequest(request(1, 3), new TextKeys().add("InitiatorName", INITIATOR))
                .status())
        .as("a normal session names its target")
        .isEqualTo(LoginStatus.MISSING_PARAMETER);
    assertThat(login().onRequest(request(1, 3), names(open).add("SessionType", "Other")).status())
        .isEqualTo(LoginStatus.SESSION_TYPE_NOT_SUPPORTED);
    assertThat(login().onRequest(request(1, 3), empty.add("SessionType", "Normal")).isLast())
        .isTrue();
    assertThat(login().onRequest(request(1, 3), names(closed)).status())
        .isEqualTo(LoginStatus.AUTHORIZATION_FAILURE);
    assertThat(login(false, open).onRequest(request(1, 3), names(guarded)).status())
        .isEqualTo(LoginStatus.NOT_FOUND);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "open | None | SUCCESS | None",
        "open | CHAP,None | SUCCESS | None",
        "open | CHAP | AUTHENTICATION_FAILURE | -",
        "guarded | CHAP | SUCCESS | CHAP",
        "guarded | KRB5,CHAP,None | SUCCESS | CHAP",
        "guarded | None | AUTHENTICATION_FAILURE | -",
        "guarded | KRB5 | AUTHENTICATION_FAILURE | -"
      })
  void shouldChooseTheMethodThatTheTargetNeeds(
      String target, String offer, LoginStatus status, String chosen) {
    ExportedVolume volume = target.equals("open") ? open : guarded;
    LoginReply reply = login().onRequest(request(0, 0), names(volume).add("AuthMethod", offer));
    assertThat(reply.status()).isEqualTo(status);
    if (!reply.isRefusal()) {
      assertThat(reply.keys().get("AuthMethod")).isEqualTo(chosen);
    }
  }

  @Test
  void shouldLetNobodyPastTheProof() {
    assertThat(login().onRequest(request(1, 3), names(guarded)).status())
        .as("without the security stage")
        .isEqualTo(LoginStatus.AUTHENTICATION_FAILURE);
    LoginNegotiation silent = login();
    assertThat(silent.onRequest(request(0, 1), names(guarded)).status())
        .as("without a method")
        .isEqualTo(LoginStatus.AUTHENTICATION_FAILURE);
    LoginNegotiation hasty = login();
    LoginReply offered = hasty.onRequest(request(0, 1), names(guarded).add("AuthMethod", "CHAP"));
    assertThat(offered.isRefusal()).isFalse();
    assertThat(offered.transit()).as("the proof comes first").isFalse();
    assertThat(login().onRequest(request(0, 3), names(open)).isLast())
        .as("none is needed, and none was offered")
        .isTrue();
  }

  /// A discovery session proves itself where it must, or where it offers nothing else; with the
  /// credential of any target that it may use.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "false | CHAP,None | true | None",
        "false | CHAP | true | CHAP",
        "false | CHAP | false | -",
        "true | CHAP,None | true | CHAP",
        "true | None | true | -",
        "true | CHAP | false | -"
      })
  void shouldProveADiscoverySessionByAnyTargetItMayUse(
      boolean needsProof, String offer, boolean hasSecret, String chosen) {
    LoginNegotiation login =
        hasSecret ? login(needsProof, closed, guarded) : login(needsProof, closed, open);
    LoginReply reply = login.onRequest(request(0, 0), names(null).add("AuthMethod", offer));
    assertThat(login.isDiscovery()).isTrue();
    if (chosen.equals("-")) {
      assertThat(reply.status()).isEqualTo(LoginStatus.AUTHENTICATION_FAILURE);
    } else {
      assertThat(reply.keys().get("AuthMethod")).isEqualTo(chosen);
      assertThat(login.proven()).isEqualTo(chosen.equals("CHAP") ? secret : null);
    }
  }

  @Test
  void shouldNegotiateEachKeyOnceAndTellItsOwnLengthOnce() {
    LoginNegotiation login = login();
    LoginReply first =
        login.onRequest(
            request(1, 0),
            names(open).add("MaxBurstLength", "65536").add("FirstBurstLength", "131072"));
    assertThat(first.keys().get("MaxRecvDataSegmentLength")).isEqualTo("262144");
    assertThat(first.keys().get("TargetPortalGroupTag")).isEqualTo("1");
    LoginReply second = login.onRequest(request(1, 0), new TextKeys().add("ImmediateData", "No"));
    assertThat(second.keys().get("MaxRecvDataSegmentLength")).isNull();
    LoginReply last = login.onRequest(request(1, 3), new TextKeys());
    assertThat(last.isLast()).isTrue();
    assertThat(login.parameters().firstBurstBytes).as("no longer than a burst").isEqualTo(65_536);
    LoginNegotiation repeating = login();
    repeating.onRequest(request(1, 0), names(open).add("ImmediateData", "No"));
    assertThat(
            repeating.onRequest(request(1, 3), new TextKeys().add("ImmediateData", "Yes")).status())
        .isEqualTo(LoginStatus.INITIATOR_ERROR);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 512, 512, 512, 1, 1",
    "4097, 512, 512, 512, 1, 1",
    "1, 511, 512, 512, 1, 1",
    "1, 16777216, 512, 512, 1, 1",
    "1, 512, 511, 511, 1, 1",
    "1, 512, 16777216, 512, 1, 1",
    "1, 512, 512, 511, 1, 1",
    "1, 512, 512, 513, 1, 1",
    "1, 512, 16777215, 1048577, 1, 1",
    "1, 512, 512, 512, 0, 1",
    "1, 512, 512, 512, 1, 0"
  })
  void shouldRefuseLimitsThatNoSessionCanKeep(
      int depth, int segment, int burst, int first, long loginNs, long idleNs) {
    assertThatThrownBy(() -> new SessionLimits(depth, segment, burst, first, loginNs, idleNs))
        .isInstanceOf(CheckFailedException.class);
  }

  @ParameterizedTest
  @CsvSource({"1, 512, 512, 512, 1, 1", "4096, 16777215, 16777215, 1048576, 9, 9"})
  void shouldTakeTheLeastLimitsAndTheMost(
      int depth, int segment, int burst, int first, long loginNs, long idleNs) {
    assertThatCode(() -> new SessionLimits(depth, segment, burst, first, loginNs, idleNs))
        .doesNotThrowAnyException();
  }

  @Test
  void shouldRefuseCredentialsThatCannotBe() {
    assertThatThrownBy(() -> new ChapCredential("", secret.secret()))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> new ChapCredential("n".repeat(256), secret.secret()))
        .isInstanceOf(CheckFailedException.class);
    assertThatThrownBy(() -> new HostAccess(null, secret)).isInstanceOf(CheckFailedException.class);
  }

  /// Names are compared in lower case (RFC 7143 §4.2.7.1); who is not listed is as all others are.
  @Test
  void shouldKnowAHostByItsNameInAnyCase() {
    HostAccess proof = new HostAccess(secret, null);
    AccessPolicy policy = new AccessPolicy(Map.of(INITIATOR, proof), null);
    assertThat(policy.of(INITIATOR.toUpperCase(Locale.ROOT))).isEqualTo(proof);
    assertThat(policy.of("iqn.2026-11.test:stranger")).isNull();
    assertThat(new TargetDirectory(List.of(open)).find(open.targetName().toUpperCase(Locale.ROOT)))
        .isEqualTo(open);
  }

  /// What an initiator asks the target to prove must be an identifier of one byte and a challenge.
  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {"256, 0x00", "-1, 0x00", "x, 0x00", "-, 0x00", "1, -", "1, 0x", "1, zz"})
  void shouldNotAnswerAChallengeThatIsNone(@Nullable String id, @Nullable String challenge) {
    ChapCredential own =
        new ChapCredential(
            "target", new ChapSecret("the target's secret".getBytes(StandardCharsets.UTF_8)));
    ChapExchange exchange =
        new ChapExchange(secret, own, List.of(ChapAlgorithm.SHA_256), new SecureRandom());
    TextKeys asked = new TextKeys();
    assertThat(exchange.step(new TextKeys().add("CHAP_A", "7"), asked)).isTrue();
    byte[] theirs = Objects.requireNonNull(ChapExchange.binary(asked.get("CHAP_C")));
    int number = Integer.parseInt(String.valueOf(asked.get("CHAP_I")));
    byte[] response = secret.secret().response(ChapAlgorithm.SHA_256, number, theirs);
    TextKeys answer =
        new TextKeys()
            .add("CHAP_N", "host")
            .add("CHAP_R", "0x" + HexFormat.of().formatHex(response));
    if (id != null) {
      answer.add("CHAP_I", id);
    }
    if (challenge != null) {
      answer.add("CHAP_C", challenge);
    }
    assertThat(exchange.step(answer, new TextKeys())).isFalse();
    assertThat(exchange.isDone()).isFalse();
  }
}
