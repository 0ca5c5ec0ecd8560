package io.ashlar.replication.network;

import io.ashlar.replication.identity.NodeName;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/// What protects connections, and proves who is at the other end.
public sealed interface ChannelSecurity permits MutualTls, PlainText {
  /// The node that this one proves to be; null where nothing is proved.
  @Nullable NodeName provenName();

  /// The handler that a new connection's bytes pass first; null where nothing protects them.
  @Nullable SslHandler newHandler(ConnectionRole role);
}
