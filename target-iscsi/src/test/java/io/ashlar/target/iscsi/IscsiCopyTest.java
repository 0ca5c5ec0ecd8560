package io.ashlar.target.iscsi;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.iscsi.ScriptedInitiator.Pdu;
import io.ashlar.target.iscsi.scsi.UnitIdentity;
import io.ashlar.target.iscsi.session.AccessPolicy;
import io.ashlar.target.iscsi.session.ExportedVolume;
import io.ashlar.target.iscsi.session.TargetDirectory;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// EXTENDED COPY from one target's volume to another's: only to what the session might log in to,
/// and only within one shard.
@Timeout(60)
class IscsiCopyTest {
  private static final int BLOCK = 4096;
  private static final String NOT_REACHABLE = "0a/0d/02";

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final EventLoop loop = loops.next();
  private final IscsiTarget target =
      new IscsiTarget(loops, NioServerSocketChannel.class, IscsiTargetOptions.DEFAULT);
  private final ExportedVolume from = export(1, loop, AccessPolicy.OPEN);
  private final ExportedVolume to = export(2, loop, AccessPolicy.OPEN);
  private final ExportedVolume barred = export(3, loop, new AccessPolicy(Map.of(), null));
  private final ExportedVolume elsewhere = export(4, loops.next(), AccessPolicy.OPEN);
  private InetSocketAddress address = new InetSocketAddress(0);

  private static ExportedVolume export(int number, EventLoop loop, AccessPolicy access) {
    MemoryBlockVolume volume =
        MemoryBlockVolume.numbered(number, new VolumeGeometry(1 << 20, BLOCK));
    return new ExportedVolume(volume.id(), volume, loop, access);
  }

  @BeforeEach
  void listen() throws InterruptedException {
    target.publish(new TargetDirectory(List.of(from, to, barred, elsewhere)));
    address = target.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void stop() {
    target.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /// Logged in, with the first unit attention taken.
  private ScriptedInitiator loggedIn(ExportedVolume volume) throws IOException {
    ScriptedInitiator initiator = new ScriptedInitiator(address);
    assertThat(initiator.login(volume.targetName()).loginStatus()).isZero();
    initiator.command(99, 0x80, 0, new byte[6]);
    assertThat(initiator.receive().opcode()).isEqualTo(0x21);
    return initiator;
  }

  /// Copies block 0 of [#from] to block 5 of another volume.
  private Pdu copy(ScriptedInitiator initiator, long naa) throws IOException {
    String list =
        "0100004000000000" + "0000001c00000000" + designator(naaOf(from)) + designator(naa);
    String segment = "02000018" + "00000001" + "00000001" + "%016x%016x".formatted(0, 5);
    byte[] bytes = HexFormat.of().parseHex(list + segment);
    byte[] cdb = HexFormat.of().parseHex("83000000000000000000%08x0000".formatted(bytes.length));
    initiator.command(7, 0xa0, bytes.length, cdb);
    initiator.dataOut(initiator.receive(), 0, bytes);
    return initiator.receive();
  }

  private static String designator(long naa) {
    return "e400000001030008" + "%016x".formatted(naa) + "00".repeat(12) + "00001000";
  }

  private static long naaOf(ExportedVolume volume) {
    return new UnitIdentity(volume.id(), volume.targetName()).naa();
  }

  @Test
  void shouldCopyToAnotherTargetThatTheSessionMightLogInTo() throws IOException {
    byte[] data = new byte[BLOCK];
    Arrays.fill(data, (byte) 0x5c);
    try (ScriptedInitiator source = loggedIn(from);
        ScriptedInitiator destination = loggedIn(to)) {
      source.command(1, 0xa0, BLOCK, RunningTarget.write(0, 1));
      source.dataOut(source.receive(), 0, data);
      assertThat(source.receive().status()).isZero();
      assertThat(copy(source, naaOf(to)).status()).isZero();
      destination.command(1, 0xc0, BLOCK, RunningTarget.read(5, 1));
      assertThat(destination.receiveRead()).isEqualTo(data);
    }
  }

  /// Whether there is such a volume at all is not told.
  @Test
  void shouldReachNothingThatTheSessionMayNotUseOrThatIsElsewhere() throws IOException {
    try (ScriptedInitiator source = loggedIn(from)) {
      for (long naa : new long[] {naaOf(barred), naaOf(elsewhere), naaOf(to) + 1}) {
        assertThat(copy(source, naa).sense()).isEqualTo(NOT_REACHABLE);
      }
    }
  }
}
