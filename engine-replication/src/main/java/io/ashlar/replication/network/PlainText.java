package io.ashlar.replication.network;

import io.ashlar.replication.identity.NodeName;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/// No protection: everybody reads everything, and is believed to be who he says. For benchmarks and
/// tests.
public enum PlainText implements ChannelSecurity {
  FOR_BENCHMARKS;

  @Override
  public @Nullable NodeName provenName() {
    return null;
  }

  @Override
  public @Nullable SslHandler newHandler(ConnectionRole role) {
    return null;
  }
}
