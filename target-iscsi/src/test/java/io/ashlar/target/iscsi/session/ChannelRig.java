package io.ashlar.target.iscsi.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.ashlar.core.volume.VolumeGeometry;
import io.ashlar.simulation.MemoryBlockVolume;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A connection and its shard, without a socket and on the caller's thread.
@SuppressWarnings("ByteBufferBackingArray")
final class ChannelRig {
  private static final VolumeGeometry GEOMETRY = new VolumeGeometry(1 << 20, 4096);

  /// While this is set, the socket takes nothing.
  boolean isStuck;

  final EmbeddedChannel channel =
      new EmbeddedChannel() {
        @Override
        protected void doWrite(ChannelOutboundBuffer in) throws Exception {
          if (!isStuck) {
            super.doWrite(in);
          }
        }
      };
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
  final IscsiConnection connection;
  private final ChannelHandlerContext context;

  ChannelRig() {
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
