package io.ashlar.target.iscsi.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.MemoryBlockVolume;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Any bytes at all, behind the login of a normal or a discovery session, or from the first byte
/// on: no exception, and nothing held when the connection is gone.
///
/// Input: `| how it logs in first 1 | length of a piece 1 | the stream |`.
@SuppressWarnings("ByteBufferBackingArray")
class SessionFuzzTest {
  private static final int PREAMBLE_BYTES = 2;
  private static final int FROM_THE_START = 3;
  private static final VolumeGeometry GEOMETRY = new VolumeGeometry(1 << 20, 4096);

  @FuzzTest(maxExecutions = 1_000_000, maxDuration = "2h")
  void shouldSurviveAnyStream(byte[] input) {
    if (input.length < PREAMBLE_BYTES) {
      return;
    }
    Rig rig = new Rig();
    int start = input[0] & 3;
    if (start != FROM_THE_START) {
      byte[] login = rig.login(start);
      rig.send(login, 0, login.length);
    }
    int piece = (input[1] & 0xFF) + 1;
    for (int at = PREAMBLE_BYTES; at < input.length && rig.channel.isOpen(); at += piece) {
      rig.send(input, at, Math.min(piece, input.length - at));
    }
    rig.end();
  }

  /// A connection and its shard, without a socket and on the caller's thread.
  private static final class Rig {
    final EmbeddedChannel channel = new EmbeddedChannel();
    private final MemoryBlockVolume volume = MemoryBlockVolume.numbered(7, GEOMETRY);
    private final ExportedVolume exported =
        new ExportedVolume(volume.id(), volume, channel.eventLoop(), AccessPolicy.OPEN);
    private final Portal portal =
        new Portal(
            new Portal.Options(
                SessionLimits.DEFAULT,
                List.of(ChapAlgorithm.SHA_256),
                false,
                List.of("127.0.0.1:3260"),
                Portal.BUFFER_BYTES_MIN));
    private final IscsiConnection connection;
    private final ChannelHandlerContext context;

    Rig() {
      portal.publish(new TargetDirectory(List.of(exported)));
      connection = new IscsiConnection(portal, channel);
      channel.pipeline().addLast(connection);
      context = channel.pipeline().context(connection);
    }

    /// A login request: 0 of a normal session, 1 of one with digests, 2 of a discovery session.
    byte[] login(int kind) {
      String keys =
          "InitiatorName=iqn.2026-11.test:fuzz\0InitialR2T=No\0"
              + (kind == 2 ? "SessionType=Discovery\0" : "TargetName=" + exported.targetName())
              + (kind == 1 ? "\0HeaderDigest=CRC32C\0DataDigest=CRC32C\0" : "\0");
      byte[] text = keys.getBytes(StandardCharsets.US_ASCII);
      ByteBuffer pdu = ByteBuffer.allocate(48 + (text.length + 3) / 4 * 4);
      pdu.put(0, (byte) 0x43).put(1, (byte) 0x87).putInt(4, text.length).put(48, text);
      return pdu.array();
    }

    /// Hands bytes to the handler itself: the pipeline would swallow what it throws.
    void send(byte[] bytes, int from, int length) {
      if (!channel.isOpen()) {
        return;
      }
      ByteBuf in = Unpooled.directBuffer(length).writeBytes(bytes, from, length);
      connection.channelRead(context, in);
      connection.channelReadComplete(context);
      channel.runPendingTasks();
      channel.checkException();
      channel.releaseOutbound();
    }

    void end() {
      IscsiShard shard = portal.shard(channel.eventLoop());
      var _ = channel.close();
      channel.runPendingTasks();
      channel.finishAndReleaseAll();
      assertThat(volume.pending()).as("requests left with the volume").isZero();
      assertThat(shard.pool().totalBytes()).as("memory left behind").isZero();
      portal.publish(TargetDirectory.EMPTY);
      channel.runPendingTasks();
    }
  }
}
