package io.ashlar.replication.network;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/// What protects connections, and proves who is at the other end.
public sealed interface ChannelSecurity permits PlainText {
  /// The handler that a new connection's bytes pass first; null where nothing protects them.
  @Nullable SslHandler newHandler(Channel channel, ConnectionRole role);
}
