package io.ashlar.replication.network;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/// No protection: everybody reads everything, and is believed to be who he says. For benchmarks and
/// tests.
public enum PlainText implements ChannelSecurity {
  FOR_BENCHMARKS;

  @Override
  public @Nullable SslHandler newHandler(Channel channel, ConnectionRole role) {
    return null;
  }
}
