package io.ashlar.replication.network;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/// The sockets that go with an event loop.
enum SocketKind {
  EPOLL {
    @Override
    Class<? extends Channel> socket() {
      return EpollSocketChannel.class;
    }

    @Override
    Class<? extends ServerChannel> listener() {
      return EpollServerSocketChannel.class;
    }

    @Override
    void giveUpAfter(Channel channel, int ms) {
      channel.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, ms);
    }
  },
  NIO {
    @Override
    Class<? extends Channel> socket() {
      return NioSocketChannel.class;
    }

    @Override
    Class<? extends ServerChannel> listener() {
      return NioServerSocketChannel.class;
    }

    @Override
    void giveUpAfter(Channel channel, int ms) {
      // Java has no such option: a silence on the control connection ends the others.
      channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    }
  };

  static SocketKind of(EventLoop loop) {
    return loop instanceof IoEventLoop io && io.isCompatible(EpollIoHandle.class) ? EPOLL : NIO;
  }

  abstract Class<? extends Channel> socket();

  abstract Class<? extends ServerChannel> listener();

  /// Ends a connection on which nothing was acknowledged for so long.
  abstract void giveUpAfter(Channel channel, int ms);
}
