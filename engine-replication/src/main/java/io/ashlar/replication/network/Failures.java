package io.ashlar.replication.network;

import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Says what broke a connection, as the rest of a sentence about its other end.
final class Failures {
  private Failures() {}

  static String sentence(@Nullable Throwable failure) {
    Throwable cause = failure;
    if (cause == null) {
      return "the connection broke";
    }
    // Netty and TLS wrap what happened; the innermost says it.
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof ClosedChannelException) {
      return "the connection was closed at the other end";
    }
    if (cause instanceof SSLException && hasAlert(cause)) {
      return "it refused this node's certificate or its TLS; its own log says why ("
          + cause.getMessage()
          + ")";
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  private static boolean hasAlert(Throwable cause) {
    return cause.getMessage() != null && cause.getMessage().contains("Received fatal alert");
  }
}
