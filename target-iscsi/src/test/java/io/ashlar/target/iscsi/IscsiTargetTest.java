package io.ashlar.target.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.core.volume.VolumeId;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The target over loopback, with hosts that keep to the rules and such as do not.
class IscsiTargetTest {
  private static final byte[] WRITE_ONE = {0x2a, 0, 0, 0, 0, 3, 0, 0, 1, 0};
  private static final byte[] READ_ONE = {0x28, 0, 0, 0, 0, 3, 0, 0, 1, 0};

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final IscsiTarget target =
      new IscsiTarget(loops, NioServerSocketChannel.class, IscsiTargetOptions.DEFAULT);
  private final ExportedVolume open = export(1, AccessPolicy.OPEN);
  private final ExportedVolume closed = export(2, new AccessPolicy(Map.of(), null));
  private InetSocketAddress address = new InetSocketAddress(0);

  @BeforeEach
  void listen() throws InterruptedException {
    target.publish(new TargetDirectory(List.of(open, closed)));
    address = target.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void stop() {
    target.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void shouldReadBackWhatAnR2tBrought() throws IOException {
    try (ScriptedInitiator initiator = loggedIn()) {
      byte[] data = new byte[4096];
      new java.util.Random(3).nextBytes(data);
      initiator.command(1, 0xa0, 4096, WRITE_ONE);
      Pdu readyToTransfer = initiator.receive();
      assertThat(readyToTransfer.opcode()).isEqualTo(0x31);
      assertThat(readyToTransfer.header().getInt(44)).isEqualTo(4096);
      initiator.dataOut(readyToTransfer, 0, data);
      assertThat(initiator.receive().header().getInt(0)).isEqualTo(0x21800000);
      initiator.command(2, 0xc0, 4096, READ_ONE);
      Pdu read = initiator.receive();
      assertThat(read.opcode()).isEqualTo(0x25);
      assertThat(read.data()).isEqualTo(data);
    }
  }

  @Test
  void shouldFailAWriteWhoseDataAreOutOfOrderAndGoOn() throws IOException {
    try (ScriptedInitiator initiator = loggedIn()) {
      initiator.command(1, 0xa0, 4096, WRITE_ONE);
      initiator.dataOut(initiator.receive(), 27, new byte[4096]);
      assertThat(initiator.receive().opcode()).isEqualTo(0x3f);
      assertThat(initiator.receive().header().getInt(0)).isEqualTo(0x21800002);
      initiator.command(2, 0xc0, 4096, READ_ONE);
      assertThat(initiator.receive().opcode()).isEqualTo(0x25);
    }
  }

  @Test
  void shouldEndTheSessionsOfAHostThatLosesItsAccess() throws IOException {
    try (ScriptedInitiator initiator = loggedIn()) {
      assertThat(target.initiators(open.id())).hasSize(1);
      target.publish(new TargetDirectory(List.of(open, closed)));
      initiator.pingTwice();
      ExportedVolume barred =
          new ExportedVolume(
              open.id(), open.volume(), open.shard(), new AccessPolicy(Map.of(), null));
      target.publish(new TargetDirectory(List.of(barred, closed)));
      assertThat(initiator.isClosedByTarget()).isTrue();
      assertThat(target.initiators(open.id())).isEmpty();
    }
  }

  @Test
  void shouldLetNobodyInWhoMayNotOrAsksForNothing() throws IOException {
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      assertThat(initiator.login(closed.targetName()).loginStatus()).isEqualTo(0x0202);
      assertThat(initiator.isClosedByTarget()).isTrue();
    }
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      assertThat(initiator.login("iqn.2026-11.test:none").loginStatus()).isEqualTo(0x0203);
    }
  }

  @Test
  void shouldCloseOnAnythingBeforeALogin() throws IOException {
    try (ScriptedInitiator initiator = new ScriptedInitiator(address)) {
      initiator.command(1, 0xc0, 4096, READ_ONE);
      assertThat(initiator.isClosedByTarget()).isTrue();
    }
  }

  @Test
  void shouldCloseOnDataLongerThanDeclaredAndServeOthers() throws IOException {
    try (ScriptedInitiator bad = loggedIn();
        ScriptedInitiator good = new ScriptedInitiator(address)) {
      bad.sendBytes(ScriptedInitiator.header(0x40, 0x80).putInt(4, 0xFF_FFFF).array());
      assertThat(bad.isClosedByTarget()).isTrue();
      assertThat(good.login(open.targetName()).loginStatus()).isZero();
    }
  }

  @Test
  void shouldRejectAnUnknownOpcodeAndGoOn() throws IOException {
    try (ScriptedInitiator initiator = loggedIn()) {
      initiator.send(ScriptedInitiator.header(0x40 | 0x1c, 0x80), new byte[0]);
      Pdu reject = initiator.receive();
      assertThat(reject.opcode()).isEqualTo(0x3f);
      assertThat(reject.data()).hasSize(48);
      initiator.command(2, 0xc0, 4096, READ_ONE);
      assertThat(initiator.receive().opcode()).isEqualTo(0x25);
    }
  }

  @Test
  void shouldServeBesideManyIdleAndHalfSentConnections() throws IOException {
    List<ScriptedInitiator> idle = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        ScriptedInitiator one = new ScriptedInitiator(address);
        one.sendBytes(new byte[i % 48]);
        idle.add(one);
      }
      try (ScriptedInitiator initiator = loggedIn()) {
        initiator.command(2, 0xc0, 4096, READ_ONE);
        assertThat(initiator.receive().opcode()).isEqualTo(0x25);
      }
    } finally {
      for (ScriptedInitiator one : idle) {
        one.close();
      }
    }
  }

  @Test
  void shouldNameNobodyForVolumesThatNobodyUsesOrThatAreNotThere() throws IOException {
    assertThat(target.initiators(open.id())).isEmpty();
    try (ScriptedInitiator initiator = loggedIn()) {
      initiator.pingTwice();
      assertThat(target.initiators(closed.id())).isEmpty();
      assertThat(target.initiators(new VolumeId(new UUID(1, 1)))).isEmpty();
    }
  }

  /// One that was opened anew is another: sessions of the old one would write into nothing.
  @Test
  void shouldEndTheSessionsOfAVolumeThatWasOpenedAnew() throws IOException {
    try (ScriptedInitiator initiator = loggedIn()) {
      MemoryBlockVolume anew = MemoryBlockVolume.numbered(1, open.volume().geometry());
      ExportedVolume again = new ExportedVolume(open.id(), anew, open.shard(), AccessPolicy.OPEN);
      target.publish(new TargetDirectory(List.of(again, closed)));
      assertThat(initiator.isClosedByTarget()).isTrue();
    }
    try (ScriptedInitiator initiator = loggedIn()) {
      initiator.command(2, 0xc0, 4096, READ_ONE);
      assertThat(initiator.receive().opcode()).isEqualTo(0x25);
    }
  }

  /// Logged in, with the first unit attention taken.
  private ScriptedInitiator loggedIn() throws IOException {
    ScriptedInitiator initiator = new ScriptedInitiator(address);
    assertThat(initiator.login(open.targetName()).loginStatus()).isZero();
    initiator.command(99, 0x80, 0, new byte[6]);
    assertThat(initiator.receive().opcode()).isEqualTo(0x21);
    return initiator;
  }

  private ExportedVolume export(int number, AccessPolicy access) {
    MemoryBlockVolume volume =
        MemoryBlockVolume.numbered(number, new VolumeGeometry(1 << 20, 4096));
    return new ExportedVolume(volume.id(), volume, loops.next(), access);
  }
}
