package io.ashlar.target.nvme.queue;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.ashlar.core.reservation.HostIdentity;
import io.ashlar.core.reservation.ReservationGate;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.MemoryBlockVolume;
import io.ashlar.target.nvme.controller.AdminCommand;
import io.ashlar.target.nvme.controller.AdminCommands;
import io.ashlar.target.nvme.controller.ConnectRequest;
import io.ashlar.target.nvme.controller.Controller;
import io.ashlar.target.nvme.controller.ControllerQueue;
import io.ashlar.target.nvme.controller.SubsystemControllers;
import io.ashlar.target.nvme.spec.CommandFlyweight;
import io.ashlar.target.nvme.subsystem.AnaGroup;
import io.ashlar.target.nvme.subsystem.HostAccess;
import io.ashlar.target.nvme.subsystem.Subsystem;
import io.ashlar.target.nvme.subsystem.SubsystemDirectory;
import io.ashlar.target.nvme.subsystem.TargetLimits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/// Any bytes at all, behind the Connect of an I/O queue or an admin queue, or from the first byte
/// on: no exception, no stuck shard, and nothing held when the connection is gone.
///
/// Input: `| what is connected first 1 | length of a piece 1 | the stream |`.
@SuppressWarnings("ByteBufferBackingArray")
class PduStreamFuzzTest {
  private static final String HOST = "nqn.2014-08.org.nvmexpress:uuid:fuzz";
  private static final int ENTRIES = 8;
  private static final int PREAMBLE_BYTES = 2;
  private static final int DYNAMIC = 0xFFFF;
  private static final int FROM_THE_START = 2;

  @FuzzTest(maxExecutions = 1_000_000, maxDuration = "2h")
  void shouldSurviveAnyStream(byte[] input) {
    if (input.length < PREAMBLE_BYTES) {
      return;
    }
    Rig rig = new Rig();
    int start = input[0] & 3;
    if (start < FROM_THE_START) {
      rig.send(initialize(start), 0, 128);
      byte[] connect = connect(start, start == 0 ? DYNAMIC : rig.enabledController());
      rig.send(connect, 0, connect.length);
    }
    int piece = (input[1] & 0xFF) + 1;
    for (int at = PREAMBLE_BYTES; at < input.length && rig.channel.isOpen(); at += piece) {
      rig.send(input, at, Math.min(piece, input.length - at));
    }
    rig.end();
  }

  /// A connection and its shard, without a socket and on the caller's thread.
  private static final class Rig implements TargetContext {
    final EmbeddedChannel channel = new EmbeddedChannel();
    private final MemoryBlockVolume volume =
        MemoryBlockVolume.numbered(7, new VolumeGeometry(1 << 20, 4096));
    private final Subsystem export =
        new Subsystem(volume.id(), volume, channel.eventLoop(), HostAccess.ANY, AnaGroup.SOLE);
    private final SubsystemDirectory directory = new SubsystemDirectory(List.of(export), 1);
    private final ShardContext shard =
        new ShardContext(channel.eventLoop(), limits(), () -> directory);
    private final ConnectionHandler handler = new ConnectionHandler(channel, this);
    private final ChannelHandlerContext context;

    Rig() {
      shard.apply(directory);
      channel.pipeline().addLast(handler);
      context = channel.pipeline().context(handler);
    }

    /// Hands bytes to the handler itself: the pipeline would swallow what it throws.
    void send(byte[] bytes, int from, int length) {
      if (!channel.isOpen()) {
        return;
      }
      ByteBuf in = Unpooled.directBuffer(length).writeBytes(bytes, from, length);
      handler.channelRead(context, in);
      handler.channelReadComplete(context);
      channel.runPendingTasks();
      channel.checkException();
      channel.releaseOutbound();
    }

    /// A controller of this host whose admin queue is elsewhere.
    int enabledController() {
      SubsystemControllers owner = requireNonNull(shard.subsystem(export.nqn()));
      HostIdentity host = HostIdentity.nvme(HOST, 1, 1);
      ConnectRequest request =
          new ConnectRequest(0, 0, 0, ENTRIES, true, 10_000, DYNAMIC, host, export.nqn());
      Controller controller = requireNonNull(owner.connect(request, new FarQueue()).controller());
      ByteBuffer enable = le(CommandFlyweight.LENGTH_BYTES).put(0, (byte) 0x7F);
      enable.putInt(44, 0x14).putInt(48, 0x0046_0001);
      CommandFlyweight entry = new CommandFlyweight().wrap(new UnsafeBuffer(enable), 0);
      AdminCommands.execute(controller, new AdminCommand(entry, done -> {}));
      assertThat(controller.isReady()).isTrue();
      return controller.id();
    }

    void end() {
      var _ = channel.close();
      channel.runPendingTasks();
      channel.finishAndReleaseAll();
      shard.close("the run is over");
      channel.runPendingTasks();
      assertThat(volume.pending()).as("requests left with the volume").isZero();
      assertThat(shard.pool().totalBytes()).as("payload memory left behind").isZero();
    }

    @Override
    public TargetLimits limits() {
      return TargetLimits.DEFAULT;
    }

    @Override
    public SubsystemDirectory directory() {
      return directory;
    }

    @Override
    public ShardContext shard(EventLoop loop) {
      return shard;
    }

    @Override
    public List<InetSocketAddress> portals(InetSocketAddress local) {
      return List.of();
    }
  }

  /// An admin queue that nobody speaks through.
  private static final class FarQueue implements ControllerQueue {
    @Override
    public int queueId() {
      return 0;
    }

    @Override
    public boolean abort(int commandId) {
      return false;
    }

    @Override
    public void preempt(ReservationGate gate) {}

    @Override
    public void disconnect(String reason) {}
  }

  /// An I/O queue comes without digests, an admin queue with both.
  private static byte[] initialize(int start) {
    ByteBuffer pdu = le(128).put(2, (byte) 128).putInt(4, 128);
    return pdu.put(11, (byte) (start == 1 ? 0 : 3)).array();
  }

  private static byte[] connect(int queueId, int controllerId) {
    boolean digests = queueId == 0;
    int head = digests ? 76 : 72;
    ByteBuffer pdu = le(head + 1024 + (digests ? 4 : 0));
    pdu.put(0, (byte) 4).put(1, (byte) (digests ? 3 : 0)).put(2, (byte) 72);
    pdu.put(3, (byte) head).putInt(4, pdu.capacity());
    pdu.put(8, (byte) 0x7F).put(9, (byte) 0x40).put(12, (byte) 1).putInt(40, 1024);
    pdu.put(47, (byte) 1).putShort(50, (short) queueId).putShort(52, (short) (ENTRIES - 1));
    pdu.put(54, (byte) 4).putInt(56, 10_000);
    String nqn =
        Subsystem.NQN_PREFIX
            + MemoryBlockVolume.numbered(7, new VolumeGeometry(1 << 20, 4096)).id();
    pdu.putLong(head, 1).putLong(head + 8, 1);
    pdu.putShort(head + 16, (short) controllerId);
    pdu.put(head + 256, nqn.getBytes(StandardCharsets.US_ASCII));
    pdu.put(head + 512, HOST.getBytes(StandardCharsets.US_ASCII));
    if (digests) {
      pdu.putInt(72, crc(pdu, 0, 72)).putInt(head + 1024, crc(pdu, head, 1024));
    }
    return pdu.array();
  }

  private static int crc(ByteBuffer pdu, int from, int length) {
    java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
    crc.update(pdu.array(), from, length);
    return (int) crc.getValue();
  }

  private static ByteBuffer le(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
