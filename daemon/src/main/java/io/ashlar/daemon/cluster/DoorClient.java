package io.ashlar.daemon.cluster;

import io.ashlar.control.ControlException;
import io.ashlar.control.Json;
import io.ashlar.control.Problem;
import io.ashlar.control.ProblemCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/// Asks at another node's [Door], from this node's address on the storage network.
final class DoorClient {
  private final SSLContext tls;
  private final InetAddress self;

  DoorClient(SSLContext tls, InetAddress self) {
    this.tls = tls;
    this.self = self;
  }

  /// What came back.
  static final class Answer {
    private final byte[] json;
    private final byte[] secret;

    Answer(byte[] json, byte[] secret) {
      this.json = json;
      this.secret = secret;
    }

    /// Empty where there is none; whoever takes it wipes it.
    byte[] secret() {
      return secret;
    }

    <T> T as(Class<T> type) {
      return Json.readRequest(json, type);
    }
  }

  /// Asks one question and closes.
  ///
  /// @param waitMs for all of it
  /// @throws ControlException with the other node's sentence if it refuses, or
  ///   [ProblemCode#PEER_UNREACHABLE] if nobody answers there who can be believed
  Answer ask(InetSocketAddress door, DoorKind kind, Object request, int waitMs) {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    try (SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket()) {
      socket.bind(new InetSocketAddress(self, 0));
      socket.connect(door, waitMs);
      socket.setSoTimeout(waitMs);
      socket.setEnabledProtocols(DoorTls.PROTOCOLS);
      socket.startHandshake();
      DoorFrames frames = new DoorFrames(socket, deadlineNs);
      frames.write(kind.name().getBytes(StandardCharsets.US_ASCII));
      frames.write(Json.write(request));
      boolean isRefused = frames.read()[0] == Door.REFUSED;
      byte[] json = frames.read();
      if (isRefused) {
        Problem problem = Json.readRequest(json, Problem.class);
        throw new ControlException(problem);
      }
      return new Answer(json, frames.read());
    } catch (SSLException unbelieved) {
      throw new ControlException(
          ProblemCode.PEER_UNREACHABLE,
          "The node at %s cannot be believed, or does not believe this one: %s."
              .formatted(text(door), reason(unbelieved)));
    } catch (IOException unreachable) {
      throw new ControlException(
          ProblemCode.PEER_UNREACHABLE,
          "The node at %s does not answer (%s): see that it runs, and that nothing between the two stops TCP port %d."
              .formatted(text(door), reason(unreachable), door.getPort()));
    }
  }

  private static String text(InetSocketAddress door) {
    return door.getAddress().getHostAddress() + ":" + door.getPort();
  }

  /// The certificate's own complaint, where there is one.
  private static String reason(IOException failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof CertificateException certificate && certificate.getMessage() != null) {
        return certificate.getMessage();
      }
    }
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
