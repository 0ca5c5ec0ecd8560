package io.ashlar.replication.network;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/// Stands between two nodes and passes bytes on, until it is told to swallow them.
final class Relay implements AutoCloseable {
  private final EventLoop loop;
  private final SocketKind kind;
  private final InetSocketAddress target;
  private final Channel listener;
  private final List<Channel> channels = new ArrayList<>();
  private boolean isSilent;

  Relay(EventLoop loop, InetSocketAddress target) {
    this.loop = loop;
    this.target = target;
    kind = SocketKind.of(loop);
    listener =
        new ServerBootstrap()
            .group(loop)
            .channel(kind.listener())
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    join(channel);
                  }
                })
            .bind(NetworkRig.ANY_PORT)
            .channel();
    while (listener.localAddress() == null) {
      ((io.netty.channel.ManualIoEventLoop) loop).runNow();
    }
  }

  private void join(Channel from) {
    Bootstrap bootstrap =
        new Bootstrap().group(loop).channel(kind.socket()).handler(new Pass(from));
    from.config().setAutoRead(false);
    ChannelFuture connecting = bootstrap.connect(target);
    connecting.addListener(done -> from.config().setAutoRead(true));
    Channel to = connecting.channel();
    from.pipeline().addLast(new Pass(to));
    channels.add(from);
    channels.add(to);
  }

  private final class Pass extends ChannelInboundHandlerAdapter {
    private final Channel to;

    Pass(Channel to) {
      this.to = to;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
      if (isSilent) {
        ReferenceCountUtil.release(bytes);
      } else {
        var _ = to.writeAndFlush(bytes);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      if (!isSilent) {
        var _ = to.close();
      }
    }
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /// From now on nothing gets through, not even the end of a connection.
  void silence() {
    isSilent = true;
  }

  /// New connections get through again.
  void speak() {
    isSilent = false;
    for (Channel each : channels) {
      var _ = each.close();
    }
    channels.clear();
  }

  @Override
  public void close() {
    var _ = listener.close();
    speak();
  }
}
