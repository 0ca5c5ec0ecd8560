package io.ashlar.daemon.cluster;

import io.ashlar.control.ControlException;
import io.ashlar.control.Json;
import io.ashlar.control.ProblemCode;
import io.ashlar.replication.identity.CertificateCheck;
import io.ashlar.replication.identity.NodeCredentials;
import io.ashlar.replication.identity.NodeName;
import io.ashlar.replication.network.AddressRange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where a node of a cluster takes questions: of other nodes, by certificate, and of those that
/// want to join, by token. One question a connection, over TLS 1.3; for the control plane only.
///
/// ```
/// asks:     kind (its name) │ request (JSON)
/// answers:  'o' │ answer (JSON) │ secret bytes, mostly none
///           'r' │ problem (JSON, RFC 9457)
/// ```
public final class Door implements AutoCloseable {
  static final byte REFUSED = 'r';

  private static final Logger LOG = LoggerFactory.getLogger(Door.class);
  private static final Logger AUDIT = LoggerFactory.getLogger("io.ashlar.audit");
  private static final byte[] OK = {'o'};
  private static final int VISITORS_MAX = 32;
  private static final int BACKLOG = 32;
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);

  /// Answers what is asked.
  interface Answers {
    /// @param caller the node that proved itself; null for a stranger
    /// @throws ControlException with a sentence that refuses it
    Reply answer(DoorKind kind, byte[] request, @Nullable NodeName caller, InetAddress from);
  }

  /// An answer.
  static final class Reply {
    private final byte[] json;
    private final byte[] secret;

    private Reply(byte[] json, byte[] secret) {
      this.json = json;
      this.secret = secret;
    }

    static Reply of(Object answer) {
      return new Reply(Json.write(answer), new byte[0]);
    }

    /// @param secret is wiped when it was sent
    static Reply of(Object answer, byte[] secret) {
      return new Reply(Json.write(answer), secret);
    }
  }

  private final SSLServerSocket listener;
  private final AddressRange range;
  private final Answers answers;
  private final Semaphore visitors = new Semaphore(VISITORS_MAX);
  private volatile boolean isClosed;

  /// Begins to listen.
  ///
  /// @throws IOException if the address is taken
  Door(InetSocketAddress address, AddressRange range, NodeCredentials credentials, Answers answers)
      throws IOException {
    this.range = range;
    this.answers = answers;
    listener =
        (SSLServerSocket) DoorTls.member(credentials).getServerSocketFactory().createServerSocket();
    listener.setReuseAddress(true);
    listener.setWantClientAuth(true);
    listener.setEnabledProtocols(DoorTls.PROTOCOLS);
    try {
      listener.bind(address, BACKLOG);
    } catch (IOException taken) {
      listener.close();
      throw taken;
    }
    var _ = Thread.ofPlatform().name("ashlar-door").daemon().start(this::acceptAll);
  }

  private void acceptAll() {
    while (!isClosed) {
      try {
        Socket visitor = listener.accept();
        if (!range.contains((InetSocketAddress) visitor.getRemoteSocketAddress())) {
          turnAway(visitor, "it lies outside the storage network " + range);
        } else if (!visitors.tryAcquire()) {
          turnAway(visitor, VISITORS_MAX + " others are asking something");
        } else {
          var _ = Thread.ofVirtual().name("ashlar-visitor").start(() -> receive(visitor));
        }
      } catch (IOException failure) {
        if (!isClosed) {
          LOG.warn("A connection to the door failed: {}", String.valueOf(failure.getMessage()));
        }
      }
    }
  }

  private static void turnAway(Socket visitor, String why) throws IOException {
    AUDIT.warn("A connection from {} was refused: {}.", visitor.getInetAddress(), why);
    visitor.close();
  }

  private void receive(Socket visitor) {
    InetAddress from = visitor.getInetAddress();
    try (SSLSocket socket = (SSLSocket) visitor) {
      socket.setSoTimeout((int) TimeUnit.NANOSECONDS.toMillis(PATIENCE_NS));
      socket.startHandshake();
      DoorFrames frames = new DoorFrames(socket, System.nanoTime() + PATIENCE_NS);
      String kind = new String(frames.read(), StandardCharsets.US_ASCII);
      byte[] request = frames.read();
      answer(frames, kind, request, callerOf(socket), from);
    } catch (SSLException refused) {
      AUDIT.warn(
          "A connection from {} was refused: {}.",
          from.getHostAddress(),
          String.valueOf(refused.getMessage()));
    } catch (IOException gone) {
      LOG.info("{} went away: {}.", from.getHostAddress(), String.valueOf(gone.getMessage()));
    } finally {
      visitors.release();
    }
  }

  private void answer(
      DoorFrames frames, String kind, byte[] request, @Nullable NodeName caller, InetAddress from)
      throws IOException {
    Reply reply;
    try {
      reply = answers.answer(kindOf(kind, caller), request, caller, from);
    } catch (ControlException refused) {
      AUDIT.warn("{} of {} was refused: {}", kind, who(caller, from), refused.problem().detail());
      frames.write(new byte[] {REFUSED});
      frames.write(Json.write(refused.problem()));
      return;
    }
    if (caller == null) {
      AUDIT.info("{} of {} was granted.", kind, who(caller, from));
    }
    try {
      frames.write(OK);
      frames.write(reply.json);
      frames.write(reply.secret);
    } finally {
      Arrays.fill(reply.secret, (byte) 0);
    }
  }

  private static String who(@Nullable NodeName caller, InetAddress from) {
    return caller == null ? from.getHostAddress() : "node " + caller.node();
  }

  private static DoorKind kindOf(String kind, @Nullable NodeName caller) {
    DoorKind found = null;
    for (DoorKind each : DoorKind.values()) {
      found = each.name().equals(kind) ? each : found;
    }
    if (found == null) {
      throw new ControlException(
          ProblemCode.INVALID_REQUEST,
          "This node does not know what is asked; its version may be older.");
    }
    if (caller == null && !found.isForStrangers()) {
      throw new ControlException(
          ProblemCode.UNAUTHORIZED, "Only nodes of this cluster may ask that.");
    }
    return found;
  }

  private static @Nullable NodeName callerOf(SSLSocket socket) {
    try {
      X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return CertificateCheck.nameIn(shown);
    } catch (SSLPeerUnverifiedException stranger) {
      return null;
    }
  }

  @Override
  public void close() {
    isClosed = true;
    try {
      listener.close();
    } catch (IOException closedAnyway) {
      // nobody gets in any more
    }
    try {
      // Who is being answered gets the answer, as far as that is soon.
      if (visitors.tryAcquire(VISITORS_MAX, 1, TimeUnit.SECONDS)) {
        visitors.release(VISITORS_MAX);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
