package io.ashlar.target.iscsi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.iscsi.ScriptedInitiator.Pdu;
import io.ashlar.target.iscsi.session.AccessPolicy;
import io.ashlar.target.iscsi.session.ChapAlgorithm;
import io.ashlar.target.iscsi.session.ChapCredential;
import io.ashlar.target.iscsi.session.ChapSecret;
import io.ashlar.target.iscsi.session.ExportedVolume;
import io.ashlar.target.iscsi.session.HostAccess;
import io.ashlar.target.iscsi.session.SessionLimits;
import io.ashlar.target.iscsi.session.TargetDirectory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Logins over loopback: proof by CHAP in both directions, text in several PDUs, digests,
/// discovery.
class IscsiLoginTest {
  private static final String NAME = "iqn.2026-11.test:scripted";
  private static final String HOST_SECRET = "hosts-own-secret";
  private static final String TARGET_SECRET = "targets-own-secret";
  private static final int OPEN_VOLUMES = 20;
  private static final Path LIBISCSI = Path.of("/usr/bin/iscsi-inq");
  private static final byte[] READ_ONE = {0x28, 0, 0, 0, 0, 3, 0, 0, 1, 0};

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final IscsiTarget target =
      new IscsiTarget(
          loops,
          NioServerSocketChannel.class,
          new IscsiTargetOptions(
              SessionLimits.DEFAULT,
              List.of(ChapAlgorithm.SHA_256, ChapAlgorithm.MD5),
              false,
              List.of(),
              16 << 20,
              100));
  private final HostAccess proof =
      new HostAccess(credential("host", HOST_SECRET), credential("target", TARGET_SECRET));
  private final ExportedVolume guarded = export(1, new AccessPolicy(Map.of(), proof));
  private final ExportedVolume closed = export(2, new AccessPolicy(Map.of(), null));
  private final List<ExportedVolume> open = new ArrayList<>();
  private InetSocketAddress address = new InetSocketAddress(0);

  @BeforeEach
  void listen() throws InterruptedException {
    for (int i = 0; i < OPEN_VOLUMES; i++) {
      open.add(export(3 + i, AccessPolicy.OPEN));
    }
    List<ExportedVolume> all = new ArrayList<>(open);
    all.add(guarded);
    all.add(closed);
    target.publish(new TargetDirectory(all));
    address = target.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void stop() {
    target.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void shouldLetInWhoProvesItselfAndProveItselfWhenAsked() throws Exception {
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      Pdu challenge = challenge(initiator);
      byte[] ours = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");
      Pdu answer =
          initiator.loginStep(
              0x83,
              response(challenge, HOST_SECRET)
                  + "CHAP_I=9\0CHAP_C=0x"
                  + HexFormat.of().formatHex(ours)
                  + "\0");
      assertThat(answer.loginStatus()).isZero();
      assertThat(answer.flags() & 0x80).as("T").isNotZero();
      assertThat(answer.key("CHAP_N")).isEqualTo("target");
      assertThat(answer.key("CHAP_R")).isEqualTo("0x" + chap(9, TARGET_SECRET, ours));
      initiator.command(1, 0xc0, 4096, READ_ONE);
      assertThat(initiator.receive().opcode()).as("a unit attention").isEqualTo(0x21);
      initiator.command(2, 0xc0, 4096, READ_ONE);
      assertThat(initiator.receive().opcode()).isEqualTo(0x25);
    }
  }

  @Test
  void shouldRefuseAWrongSecretAndClose() throws Exception {
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      Pdu challenge = challenge(initiator);
      Pdu answer = initiator.loginStep(0x83, response(challenge, "not-the-hosts-secret"));
      assertThat(answer.loginStatus()).isEqualTo(0x0201);
      assertThat(initiator.isClosedByTarget()).isTrue();
    }
  }

  @Test
  void shouldRefuseToSkipTheProof() throws IOException {
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      assertThat(initiator.login(guarded.targetName()).loginStatus()).isEqualTo(0x0201);
    }
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      Pdu answer = initiator.loginStep(0x83, names(guarded) + "AuthMethod=None\0");
      assertThat(answer.loginStatus()).isEqualTo(0x0201);
    }
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      Pdu offered = initiator.loginStep(0x00, names(guarded) + "AuthMethod=CHAP,None\0");
      assertThat(offered.key("AuthMethod")).isEqualTo("CHAP");
      assertThat(initiator.loginStep(0x87, "").loginStatus()).as("straight on").isNotZero();
      assertThat(initiator.isClosedByTarget()).isTrue();
    }
  }

  /// libiscsi's own CHAP, so that the arithmetic is not only checked against itself.
  @Test
  void shouldAgreeWithLibiscsiAboutChap() throws Exception {
    assumeTrue(Files.isExecutable(LIBISCSI), "iscsi-inq of libiscsi is not installed");
    assertThat(inquire("host%" + HOST_SECRET + "@")).isZero();
    assertThat(inquire("host%not-the-hosts-secret@")).isNotZero();
    assertThat(inquire("")).isNotZero();
  }

  private int inquire(String user) throws IOException, InterruptedException {
    String url = "iscsi://" + user + "127.0.0.1:" + address.getPort();
    Process process =
        new ProcessBuilder(LIBISCSI.toString(), url + "/" + guarded.targetName() + "/0")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ended").isTrue();
    return process.exitValue();
  }

  @Test
  void shouldTakeKeysThatAreCutAnywhere() throws IOException {
    String keys = names(open.getFirst()) + "InitialR2T=Yes\0ImmediateData=No\0";
    for (int cut : new int[] {1, 13, 14, keys.length() / 2, keys.length() - 1}) {
      try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
        Pdu more = initiator.loginStep(0x44, keys.substring(0, cut));
        assertThat(more.loginStatus()).as("cut at %d", cut).isZero();
        assertThat(more.data()).isEmpty();
        Pdu answer = initiator.loginStep(0x87, keys.substring(cut));
        assertThat(answer.loginStatus()).as("cut at %d", cut).isZero();
        assertThat(answer.key("ImmediateData")).isEqualTo("No");
      }
    }
  }

  /// RFC 7143 §11.13.5: class 2, detail 0, an initiator error; whether the pieces are long, short
  /// or empty.
  @ParameterizedTest
  @ValueSource(ints = {8000, 10, 0})
  void shouldRefuseTextThatNeverEnds(int pieceBytes) throws IOException {
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      int status = 0;
      for (int i = 0; i < 20 && status == 0; i++) {
        status = initiator.loginStep(0x44, "v".repeat(pieceBytes)).loginStatus();
      }
      assertThat(status).isEqualTo(0x0200);
      assertThat(initiator.isClosedByTarget()).isTrue();
    }
  }

  /// People read names in logs and on terminals.
  @Test
  void shouldRefuseAnInitiatorWhoseNameControlsATerminal() throws IOException {
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      String keys = "InitiatorName=iqn.2026-11.test:a\u001b[2J\0SessionType=Discovery\0";
      assertThat(initiator.loginStep(0x87, keys).loginStatus()).isEqualTo(0x0200);
    }
  }

  /// The target's own challenge sent back would make it compute the answer that it waits for.
  @Test
  void shouldRefuseItsOwnChallenge() throws Exception {
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      Pdu challenge = challenge(initiator);
      Pdu answer =
          initiator.loginStep(
              0x83,
              response(challenge, HOST_SECRET)
                  + "CHAP_I="
                  + challenge.key("CHAP_I")
                  + "\0CHAP_C="
                  + challenge.key("CHAP_C")
                  + "\0");
      assertThat(answer.loginStatus()).isEqualTo(0x0201);
      assertThat(answer.key("CHAP_R")).isEmpty();
      assertThat(initiator.isClosedByTarget()).isTrue();
    }
  }

  /// What comes behind the last request before it is answered is not read as part of the session:
  /// the connection may be on its way to another thread.
  @Test
  void shouldCloseOnAnythingBehindAnUnansweredLogin() throws IOException {
    for (ExportedVolume volume : open) {
      try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
        byte[] keys = names(volume).getBytes(StandardCharsets.UTF_8);
        byte[] both = new byte[48 + (keys.length + 3) / 4 * 4 + 48];
        ByteBuffer login = ByteBuffer.wrap(both).put(0, (byte) 0x43).put(1, (byte) 0x87);
        login.putInt(4, keys.length).put(48, keys);
        login.putInt(both.length - 44, 0xFF_FFFF);
        initiator.sendBytes(both);
        assertThat(initiator.isClosedByTarget()).isTrue();
      }
    }
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      assertThat(initiator.login(open.getFirst().targetName()).loginStatus()).isZero();
    }
  }

  /// Each would be answered with all targets there are.
  @Test
  void shouldRejectTextThatAsksForTheTargetsManyTimes() throws IOException {
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      initiator.loginStep(0x87, "InitiatorName=" + NAME + "\0SessionType=Discovery\0");
      assertThat(initiator.text(-1, "SendTargets=All\0".repeat(60)).opcode()).isEqualTo(0x3f);
      assertThat(initiator.text(-1, "SendTargets=All\0").opcode()).isEqualTo(0x24);
    }
  }

  @Test
  void shouldCheckAndSendDigests() throws IOException {
    try (ScriptedInitiator initiator = withDigests(open.getFirst())) {
      initiator.command(2, 0xc0, 4096, READ_ONE);
      Pdu read = initiator.receive();
      assertThat(read.opcode()).isEqualTo(0x25);
      assertThat(read.data()).hasSize(4096);
    }
  }

  @Test
  void shouldRejectAWrongDataDigestAndClose() throws IOException {
    try (ScriptedInitiator initiator = withDigests(open.getFirst());
        ScriptedInitiator other = withDigests(open.getLast())) {
      byte[] header = ScriptedInitiator.header(0x40, 0x80).putInt(4, 3).putInt(16, 5).array();
      initiator.sendBytes(header);
      initiator.sendBytes(ByteBuffer.allocate(4).putInt(ScriptedInitiator.digest(header)).array());
      initiator.sendBytes(new byte[] {1, 2, 3, 0, 9, 9, 9, 9});
      Pdu reject = initiator.receive();
      assertThat(reject.opcode()).isEqualTo(0x3f);
      assertThat(reject.header().get(2)).as("data digest error").isEqualTo((byte) 2);
      assertThat(initiator.isClosedByTarget()).isTrue();
      other.command(2, 0xc0, 4096, READ_ONE);
      assertThat(other.receiveRead()).hasSize(4096);
    }
  }

  @Test
  void shouldCloseOnAWrongHeaderDigest() throws IOException {
    try (ScriptedInitiator initiator = withDigests(open.getFirst())) {
      byte[] ping = ScriptedInitiator.header(0x40, 0x80).putInt(16, 5).array();
      byte[] wrong = java.util.Arrays.copyOf(ping, 52);
      initiator.sendBytes(wrong);
      assertThat(initiator.isClosedByTarget()).isTrue();
    }
  }

  private ScriptedInitiator withDigests(ExportedVolume volume) throws IOException {
    ScriptedInitiator initiator = new ScriptedInitiator(address);
    String keys = names(volume) + "HeaderDigest=CRC32C\0DataDigest=CRC32C,None\0";
    Pdu answer = initiator.loginStep(0x87, keys);
    assertThat(answer.key("HeaderDigest")).isEqualTo("CRC32C");
    assertThat(answer.key("DataDigest")).isEqualTo("CRC32C");
    initiator.useDigests();
    initiator.command(1, 0x80, 0, new byte[6]);
    assertThat(initiator.receive().opcode()).isEqualTo(0x21);
    return initiator;
  }

  /// The answer is longer than one PDU may be, so it comes in parts that are asked for.
  @Test
  void shouldTellTargetsInParts() throws IOException {
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      Pdu login =
          initiator.loginStep(
              0x87,
              "InitiatorName=" + NAME + "\0SessionType=Discovery\0MaxRecvDataSegmentLength=512\0");
      assertThat(login.loginStatus()).isZero();
      StringBuilder told = new StringBuilder();
      Pdu part = initiator.text(-1, "SendTargets=All\0");
      int parts = 1;
      while ((part.flags() & 0x80) == 0) {
        assertThat(part.data()).hasSize(512);
        told.append(new String(part.data(), StandardCharsets.UTF_8));
        part = initiator.text(part.header().getInt(20), "");
        parts++;
      }
      told.append(new String(part.data(), StandardCharsets.UTF_8));
      assertThat(parts).isGreaterThan(2);
      for (ExportedVolume volume : open) {
        assertThat(told.toString())
            .contains("TargetName=" + volume.targetName() + "\0TargetAddress=127.0.0.1:");
      }
      assertThat(told.toString()).doesNotContain(closed.targetName());
    }
  }

  /// What a proof opens is told, and what is open to all; not what another proof would open.
  @Test
  void shouldTellAProvenHostNoMoreThanItsProofOpens() throws Exception {
    HostAccess otherProof = new HostAccess(credential("guest", "the guest's own secret"), null);
    ExportedVolume foreign = export(90, new AccessPolicy(Map.of(), otherProof));
    ExportedVolume common = open.getFirst();
    target.publish(new TargetDirectory(List.of(guarded, foreign, closed, common)));
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      String names = "InitiatorName=" + NAME + "\0SessionType=Discovery\0";
      assertThat(initiator.loginStep(0x00, names + "AuthMethod=CHAP\0").key("AuthMethod"))
          .isEqualTo("CHAP");
      Pdu challenge = initiator.loginStep(0x00, "CHAP_A=7\0");
      assertThat(initiator.loginStep(0x83, response(challenge, HOST_SECRET)).loginStatus())
          .isZero();
      byte[] told = initiator.text(-1, "SendTargets=All\0").data();
      assertThat(new String(told, StandardCharsets.UTF_8))
          .contains(guarded.targetName(), common.targetName())
          .doesNotContain(foreign.targetName(), closed.targetName());
    }
  }

  /// An address of IPv6 is told in brackets (RFC 7143 §13.8).
  @Test
  void shouldTellAnAddressOfIpv6InBrackets() throws Exception {
    InetAddress loopback = InetAddress.getByAddress(HexFormat.of().parseHex("0".repeat(31) + "1"));
    assumeTrue(NetworkInterface.getByInetAddress(loopback) != null, "no IPv6 on this machine");
    InetSocketAddress listening = target.listen(new InetSocketAddress(loopback, 0));
    try (ScriptedInitiator initiator = new ScriptedInitiator(listening)) {
      initiator.loginStep(0x87, "InitiatorName=" + NAME + "\0SessionType=Discovery\0");
      byte[] told = initiator.text(-1, "SendTargets=" + open.getFirst().targetName() + "\0").data();
      assertThat(new String(told, StandardCharsets.UTF_8))
          .contains("TargetAddress=[0:0:0:0:0:0:0:1]:" + listening.getPort() + ",1\0");
    }
  }

  private Pdu challenge(ScriptedInitiator initiator) throws IOException {
    Pdu method = initiator.loginStep(0x00, names(guarded) + "AuthMethod=CHAP\0");
    assertThat(method.key("AuthMethod")).isEqualTo("CHAP");
    return initiator.loginStep(0x00, "CHAP_A=7\0");
  }

  private static String names(ExportedVolume volume) {
    return "InitiatorName="
        + NAME
        + "\0SessionType=Normal\0TargetName="
        + volume.targetName()
        + "\0";
  }

  private static String response(Pdu challenge, String secret) throws Exception {
    byte[] bytes = HexFormat.of().parseHex(challenge.key("CHAP_C").substring(2));
    int identifier = Integer.parseInt(challenge.key("CHAP_I"));
    return "CHAP_N=host\0CHAP_R=0x" + chap(identifier, secret, bytes) + "\0";
  }

  /// RFC 1994 §4.1 by the JDK.
  private static String chap(int identifier, String secret, byte[] challenge) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update((byte) identifier);
    digest.update(secret.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest.digest(challenge));
  }

  private static ChapCredential credential(String name, String secret) {
    return new ChapCredential(name, new ChapSecret(secret.getBytes(StandardCharsets.UTF_8)));
  }

  private ExportedVolume export(int number, AccessPolicy access) {
    MemoryBlockVolume volume =
        MemoryBlockVolume.numbered(number, new VolumeGeometry(1 << 20, 4096));
    return new ExportedVolume(volume.id(), volume, loops.next(), access);
  }
}
