package io.ashlar.replication.link;

import io.ashlar.core.base.Check;
import io.ashlar.replication.transport.TrafficClass;
import io.ashlar.replication.transport.Transport;
import org.agrona.BufferUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// One end of a link between two nodes: messages arrive in the order in which they were offered,
/// each exactly once, for as long as both ends live. A node that starts anew is another life; what
/// the other end had for its last one is forgotten there, and [Listener#onNewLife] says so.
///
/// Go-back-N: what is not acknowledged in time is sent again from the first on. Over connections
/// that keep their order this happens only when one breaks.
public final class Link {
  /// The longest message.
  public static final int MESSAGE_BYTES_MAX = Transport.MESSAGE_BYTES_MAX - FrameFlyweight.BYTES;

  /// The most that a message takes of the window beyond its length.
  public static final int HEAD_BYTES_MAX = FrameFlyweight.BYTES + SendWindow.ALIGNMENT;

  private static final long NOBODY = 0;

  /// Each try in vain doubles the wait for the next, up to this: what is sent again adds to what
  /// may be what delays the answers.
  private static final int PATIENCE_FACTOR_MAX = 32;

  private final Transport transport;
  private final int peer;
  private final TrafficClass traffic;
  private final LinkOptions options;
  private final long life;
  private final Listener listener;
  private final SendWindow window;
  private final FrameFlyweight frame = new FrameFlyweight();
  private final FrameFlyweight arrived = new FrameFlyweight();
  private final UnsafeBuffer headOnly = new UnsafeBuffer(new byte[FrameFlyweight.BYTES]);
  private final UnsafeBuffer incoming = new UnsafeBuffer(0, 0);
  private long peerLife = NOBODY;
  private long sendNext = 1;
  private long received;
  private long progressNs;
  private long patienceNs;
  private long helloNs;
  private boolean owesAck;
  private boolean owesHello = true;

  /// Hears what the other end says.
  public interface Listener {
    /// Takes a message, which is good until this returns.
    ///
    /// @return false if it cannot be taken now: it comes again
    boolean onMessage(DirectBuffer buffer, int offset, int length);

    /// The other end is there for the first time, or anew: messages that were offered before and
    /// not acknowledged are forgotten.
    void onNewLife(long life);
  }

  /// @param peer the other node's number
  /// @param life this node's incarnation: higher than that of any life before it, and positive
  public Link(
      Transport transport,
      int peer,
      TrafficClass traffic,
      LinkOptions options,
      long life,
      Listener listener) {
    Check.that(life > NOBODY, "lives are numbered from 1 on", life);
    this.transport = transport;
    this.peer = peer;
    this.traffic = traffic;
    this.options = options;
    this.life = life;
    this.listener = listener;
    patienceNs = options.resendNs();
    window =
        new SendWindow(
            new UnsafeBuffer(BufferUtil.allocateDirectAligned(options.windowBytes(), Long.BYTES)),
            options.windowMessages());
  }

  /// Takes a copy of a message, to be sent when its turn comes.
  ///
  /// @return false if too much waits for an acknowledgement already, or the other end is unknown
  public boolean offer(DirectBuffer message, int offset, int length) {
    Check.that(length > 0 && length <= MESSAGE_BYTES_MAX, "a message has a length", length);
    return isConnected() && window.offer(message, offset, length);
  }

  /// Where in [#memory] a message of this length may be put now.
  ///
  /// @return -1 if too much waits for an acknowledgement already, or the other end is unknown
  public int claim(int length) {
    Check.that(length > 0 && length <= MESSAGE_BYTES_MAX, "a message has a length", length);
    return isConnected() ? window.claim(length) : -1;
  }

  /// About how much more can wait for its acknowledgement.
  public int freeBytes() {
    return window.freeBytes();
  }

  /// How many more messages can wait for their acknowledgement.
  public int freeMessages() {
    return window.freeMessages();
  }

  /// How many messages can wait for their acknowledgement at most.
  public int windowMessages() {
    return options.windowMessages();
  }

  /// How much can wait for its acknowledgement at most.
  public int windowBytes() {
    return options.windowBytes();
  }

  /// What [#claim] points into.
  public UnsafeBuffer memory() {
    return window.memory();
  }

  /// Takes the message that was put at the place which [#claim] gave last.
  public void commit(int at, int length) {
    window.commit(at, length);
  }

  /// Whether both ends know each other.
  public boolean isConnected() {
    return peerLife != NOBODY;
  }

  /// Whether everything that was offered was acknowledged.
  public boolean isIdle() {
    return window.isEmpty();
  }

  /// Sends what is to be sent.
  public int doWork(long nowNs) {
    int work = 0;
    if (owesHello || (!isConnected() && nowNs - helloNs >= options.resendNs())) {
      work += hello(nowNs);
    }
    if (!window.isEmpty() && nowNs - progressNs >= patienceNs) {
      sendNext = window.first();
      progressNs = nowNs;
      patienceNs = Math.min(2 * patienceNs, PATIENCE_FACTOR_MAX * options.resendNs());
    }
    work += sendData();
    if (owesAck && send(FrameFlyweight.ACK)) {
      owesAck = false;
      work++;
    }
    return work;
  }

  /// When something is to be sent though nothing happens.
  public long deadlineNs() {
    if (!isConnected()) {
      return helloNs + options.resendNs();
    }
    return window.isEmpty() ? Long.MAX_VALUE : progressNs + patienceNs;
  }

  private int hello(long nowNs) {
    helloNs = nowNs;
    if (!send(FrameFlyweight.HELLO)) {
      return 0;
    }
    owesHello = false;
    return 1;
  }

  private boolean send(byte kind) {
    frame.wrap(headOnly, 0).kind(kind).lives(life, peerLife).order(0, received);
    return transport.send(peer, traffic, headOnly, 0, FrameFlyweight.BYTES);
  }

  private int sendData() {
    int sent = 0;
    while (sendNext < window.next()) {
      int at = window.offset(sendNext);
      frame.wrap(window.memory(), at).kind(FrameFlyweight.DATA).lives(life, peerLife);
      frame.order(sendNext, received);
      if (!transport.send(peer, traffic, window.memory(), at, window.length(sendNext))) {
        return sent;
      }
      owesAck = false;
      sendNext++;
      sent++;
    }
    return sent;
  }

  /// Takes a frame that came from the other node.
  public void onFrame(DirectBuffer buffer, int offset, int length, long nowNs) {
    if (length < FrameFlyweight.BYTES) {
      return;
    }
    incoming.wrap(buffer, offset, length);
    arrived.wrap(incoming, 0);
    if (arrived.fromLife() < Math.max(peerLife, NOBODY + 1)) {
      // An older life of the other node, which is over, or nonsense.
      return;
    }
    boolean isForMe = arrived.toLife() == life;
    if (arrived.fromLife() > peerLife) {
      meet(arrived.fromLife(), nowNs);
    }
    if (!isForMe) {
      owesHello = true;
      return;
    }
    acknowledged(nowNs);
    if (arrived.kind() == FrameFlyweight.DATA) {
      take(length);
    }
  }

  private void meet(long nextLife, long nowNs) {
    peerLife = nextLife;
    window.clear();
    sendNext = 1;
    received = 0;
    progressNs = nowNs;
    patienceNs = options.resendNs();
    owesAck = false;
    listener.onNewLife(nextLife);
  }

  private void acknowledged(long nowNs) {
    long through = arrived.received();
    if (through >= window.first() && through < window.next()) {
      window.acknowledged(through);
      patienceNs = options.resendNs();
      sendNext = Math.max(sendNext, window.first());
      progressNs = nowNs;
    }
  }

  private void take(int length) {
    owesAck = true;
    boolean isNext = arrived.sequence() == received + 1;
    int messageBytes = length - FrameFlyweight.BYTES;
    if (isNext && messageBytes > 0) {
      boolean isTaken = listener.onMessage(incoming, FrameFlyweight.BYTES, messageBytes);
      received += isTaken ? 1 : 0;
    }
  }
}
