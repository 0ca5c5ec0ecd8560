package io.ashlar.target.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.iscsi.ScriptedInitiator.Pdu;
import io.ashlar.target.iscsi.session.AccessPolicy;
import io.ashlar.target.iscsi.session.ExportedVolume;
import io.ashlar.target.iscsi.session.TargetDirectory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Text requests, pings and logouts in sessions of either type (RFC 7143 §11.10, §11.14, §11.18),
/// and sessions that take each other's place.
@SuppressWarnings("ByteBufferBackingArray")
class IscsiTextTest {
  private static final String NAME = "iqn.2026-11.test:scripted";
  private static final int TEXT_RESPONSE = 0x24;
  private static final int REJECT = 0x3f;
  private static final int LOGOUT_RESPONSE = 0x26;
  private static final byte[] READ_ONE = {0x28, 0, 0, 0, 0, 3, 0, 0, 1, 0};

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final IscsiTarget target =
      new IscsiTarget(loops, NioServerSocketChannel.class, IscsiTargetOptions.DEFAULT);
  private final ExportedVolume open = export(1, AccessPolicy.OPEN);
  private final ExportedVolume other = export(2, AccessPolicy.OPEN);
  private final ExportedVolume closed = export(3, new AccessPolicy(Map.of(), null));
  private InetSocketAddress address = new InetSocketAddress(0);

  private ExportedVolume export(int number, AccessPolicy access) {
    MemoryBlockVolume volume =
        MemoryBlockVolume.numbered(number, new VolumeGeometry(1 << 20, 4096));
    return new ExportedVolume(volume.id(), volume, loops.next(), access);
  }

  @BeforeEach
  void listen() throws InterruptedException {
    target.publish(new TargetDirectory(List.of(open, other, closed)));
    address = target.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void stop() {
    target.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private ScriptedInitiator discovering() throws IOException {
    ScriptedInitiator initiator = new ScriptedInitiator(address);
    Pdu login = initiator.loginStep(0x87, "InitiatorName=" + NAME + "\0SessionType=Discovery\0");
    assertThat(login.loginStatus()).isZero();
    return initiator;
  }

  private ScriptedInitiator loggedIn() throws IOException {
    ScriptedInitiator initiator = new ScriptedInitiator(address);
    assertThat(initiator.login(open.targetName()).loginStatus()).isZero();
    return initiator;
  }

  private static String told(Pdu answer) {
    assertThat(answer.opcode()).isEqualTo(TEXT_RESPONSE);
    return new String(answer.data(), StandardCharsets.UTF_8);
  }

  /// One by name, in any case; what the initiator may not use is not there for it.
  @Test
  void shouldTellADiscoveringHostOfTheTargetItNames() throws IOException {
    try (ScriptedInitiator initiator = discovering()) {
      assertThat(told(initiator.text(-1, "SendTargets=" + open.targetName() + "\0")))
          .contains("TargetName=" + open.targetName())
          .doesNotContain(other.targetName());
      assertThat(told(initiator.text(-1, "SendTargets=" + closed.targetName() + "\0"))).isEmpty();
      assertThat(told(initiator.text(-1, "SendTargets=iqn.2026-11.test:none\0"))).isEmpty();
      assertThat(told(initiator.text(-1, "SendTargets=All\0")))
          .contains(open.targetName(), other.targetName())
          .doesNotContain(closed.targetName());
      assertThat(told(initiator.text(-1, "X-com.example=1\0")))
          .isEqualTo("X-com.example=NotUnderstood\0");
    }
  }

  /// In a normal session only its own target is asked for, by name or by nothing.
  @Test
  void shouldTellASessionOfItsOwnTargetAlone() throws IOException {
    try (ScriptedInitiator initiator = loggedIn()) {
      String own = "TargetName=" + open.targetName() + "\0";
      assertThat(told(initiator.text(-1, "SendTargets=\0"))).startsWith(own);
      assertThat(told(initiator.text(-1, "SendTargets=" + open.targetName() + "\0")))
          .startsWith(own);
      assertThat(told(initiator.text(-1, "SendTargets=" + other.targetName() + "\0"))).isEmpty();
      assertThat(told(initiator.text(-1, "SendTargets=All\0"))).isEmpty();
    }
  }

  @Test
  void shouldTakeTextInPartsAndRejectWhatIsNone() throws IOException {
    try (ScriptedInitiator initiator = discovering()) {
      ByteBuffer part = ScriptedInitiator.header(0x44, 0x40).putInt(16, 7).putInt(20, -1);
      initiator.send(part, "SendTar".getBytes(StandardCharsets.UTF_8));
      Pdu more = initiator.receive();
      assertThat(more.opcode()).isEqualTo(TEXT_RESPONSE);
      assertThat(more.data()).isEmpty();
      int tag = more.header().getInt(20);
      assertThat(told(initiator.text(tag, "gets=" + open.targetName() + "\0")))
          .contains(open.targetName());
      assertThat(initiator.text(-1, "no pair at all\0").opcode()).isEqualTo(REJECT);
      assertThat(initiator.text(1, "").opcode())
          .as("nothing is left of an answer that was sent")
          .isEqualTo(TEXT_RESPONSE);
    }
  }

  @Test
  void shouldPingAndLogOutInADiscoverySession() throws IOException {
    try (ScriptedInitiator initiator = discovering()) {
      initiator.send(
          ScriptedInitiator.header(0x40, 0x80).putInt(16, -1).putInt(20, -1), new byte[0]);
      initiator.send(
          ScriptedInitiator.header(0x40, 0x80).putInt(16, 5).putInt(20, -1), new byte[] {1, 2, 3});
      Pdu ping = initiator.receive();
      assertThat(ping.opcode()).isEqualTo(0x20);
      assertThat(ping.header().getInt(16)).as("the one that wants an answer").isEqualTo(5);
      assertThat(ping.data()).as("the echo").containsExactly(1, 2, 3);
      initiator.command(1, 0xc0, 4096, READ_ONE);
      assertThat(initiator.receive().opcode()).as("no commands here").isEqualTo(REJECT);
      initiator.send(ScriptedInitiator.header(0x46, 0x80).putInt(16, 6), new byte[0]);
      assertThat(initiator.receive().opcode()).isEqualTo(LOGOUT_RESPONSE);
      assertThat(initiator.isClosedByTarget()).isTrue();
    }
  }

  @Test
  void shouldCutOffADiscoverySessionWhosePingIsTooLong() throws IOException {
    try (ScriptedInitiator initiator = discovering()) {
      initiator.send(
          ScriptedInitiator.header(0x40, 0x80).putInt(16, 5).putInt(20, -1),
          new byte[32 * 1024 + 4]);
      assertThat(initiator.isClosedByTarget()).isTrue();
    }
  }

  /// Reason and connection of a logout, and what is answered (RFC 7143 §11.14, §11.15); -1 where it
  /// is rejected.
  @ParameterizedTest
  @CsvSource({
    "0, 9, 0, true",
    "1, 0, 0, true",
    "1, 9, 1, false",
    "2, 0, 2, false",
    "2, 9, 1, false",
    "3, 0, -1, false"
  })
  void shouldLogOutAsAsked(int reason, int cid, int response, boolean ends) throws IOException {
    try (ScriptedInitiator initiator = loggedIn()) {
      ByteBuffer header = ScriptedInitiator.header(0x46, 0x80 | reason).putInt(16, 6);
      initiator.send(header.putShort(20, (short) cid), new byte[0]);
      Pdu answer = initiator.receive();
      assertThat(answer.opcode()).isEqualTo(response < 0 ? REJECT : LOGOUT_RESPONSE);
      if (response >= 0) {
        assertThat((int) answer.header().get(2)).isEqualTo(response);
      }
      if (ends) {
        assertThat(initiator.isClosedByTarget()).isTrue();
      } else {
        initiator.pingTwice();
      }
    }
  }

  /// The same initiator port again: the older session ends, the new one is the one (RFC 7143
  /// §6.3.5).
  @Test
  void shouldEndTheOlderSessionOfOneInitiatorPort() throws IOException {
    try (ScriptedInitiator older = loggedIn();
        ScriptedInitiator newer = loggedIn()) {
      assertThat(older.isClosedByTarget()).isTrue();
      newer.pingTwice();
      assertThat(target.initiators(open.id())).containsExactly(NAME);
    }
  }

  /// One connection per session: a second one is refused, and so is one to a session that is none.
  @Test
  void shouldRefuseToJoinASession() throws IOException {
    try (ScriptedInitiator first = new ScriptedInitiator(address)) {
      int tsih = first.login(open.targetName()).header().getShort(14);
      assertThat(tsih).isNotZero();
      assertThat(join(tsih)).isEqualTo(0x0206);
      assertThat(join(tsih + 1)).isEqualTo(0x020a);
      first.pingTwice();
    }
  }

  private int join(int tsih) throws IOException {
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      ByteBuffer header = ScriptedInitiator.header(0x43, 0x87);
      header.putLong(8, 0x0002_3d00_0001_0000L).putShort(14, (short) tsih).putInt(24, 1);
      String keys = "InitiatorName=" + NAME + "\0TargetName=" + open.targetName() + "\0";
      initiator.send(header, keys.getBytes(StandardCharsets.UTF_8));
      int status = initiator.receive().loginStatus();
      assertThat(initiator.isClosedByTarget()).isTrue();
      return status;
    }
  }

  @Test
  void shouldCloseOnALoginInASessionAndRejectASnack() throws IOException {
    try (ScriptedInitiator initiator = loggedIn()) {
      initiator.send(ScriptedInitiator.header(0x50, 0x80), new byte[0]);
      assertThat(initiator.receive().opcode()).isEqualTo(REJECT);
      initiator.pingTwice();
      initiator.send(ScriptedInitiator.header(0x43, 0x87), new byte[0]);
      assertThat(initiator.isClosedByTarget()).isTrue();
    }
  }
}
