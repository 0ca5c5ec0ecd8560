package io.ashlar.replication.pipeline;

import io.ashlar.core.base.Check;
import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.volume.VolumeId;
import io.ashlar.replication.link.Link;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/// What this node says to one other node of the volumes that both hold, in order.
final class PeerLink implements Link.Listener {
  /// Hears what the other node says.
  interface Receiver {
    /// @param body what follows the message's head
    /// @return false if it cannot be taken now: it comes again
    boolean onMessage(
        PeerLink from, MessageFlyweight message, UnsafeBuffer body, int offset, int length);

    /// The other node lives anew, and what it was told before is forgotten.
    void onNewLife(PeerLink peer);
  }

  private final int node;
  private final Receiver receiver;
  private final MessageFlyweight outgoing = new MessageFlyweight();
  private final MessageFlyweight incoming = new MessageFlyweight();
  private final UnsafeBuffer arrived = new UnsafeBuffer(0, 0);
  private final Link link;
  private long reserved;

  /// @param maker makes the link, which is to tell this one
  PeerLink(int node, Receiver receiver, LinkMaker maker) {
    this.node = node;
    this.receiver = receiver;
    link = maker.link(this);
  }

  /// Makes a link that tells a listener.
  @FunctionalInterface
  interface LinkMaker {
    Link link(Link.Listener listener);
  }

  int node() {
    return node;
  }

  Link link() {
    return link;
  }

  /// Whether so many bytes fit beside all that was put aside.
  boolean hasRoom(int bytes) {
    return link.isConnected() && link.freeBytes() - reserved >= MessageFlyweight.BYTES + bytes;
  }

  /// Puts room aside, or gives it back.
  void reserve(long bytes) {
    reserved += bytes;
    Check.that(reserved >= 0, "what is given back was put aside", node, reserved);
  }

  /// Whether a record of so many bytes can be sent now.
  boolean admits(int recordBytes) {
    return link.claim(MessageFlyweight.BYTES + recordBytes) >= 0;
  }

  /// Sends a record that [#admits] had room for.
  void append(int epoch, VolumeId volume, SealedRecord record) {
    int length = MessageFlyweight.BYTES + record.bytes();
    int at = link.claim(length);
    Check.that(at >= 0, "what is sequenced is sent", node, length);
    outgoing.wrap(link.memory(), at);
    outgoing.set(MessageFlyweight.APPEND, epoch, volume, record.record().writeId());
    record.copyTo(link.memory(), at + MessageFlyweight.BYTES);
    link.commit(at, length);
  }

  /// Says something that has no body.
  ///
  /// @return false if there is no room for it now
  boolean say(byte kind, int epoch, VolumeId volume, long writeId) {
    int at = link.claim(MessageFlyweight.BYTES);
    if (at < 0) {
      return false;
    }
    outgoing.wrap(link.memory(), at).set(kind, epoch, volume, writeId);
    link.commit(at, MessageFlyweight.BYTES);
    return true;
  }

  /// Says that a message's volume is not followed here.
  boolean refuse(MessageFlyweight message) {
    int at = link.claim(MessageFlyweight.BYTES);
    if (at < 0) {
      return false;
    }
    message.copyTo(link.memory(), at);
    outgoing.wrap(link.memory(), at).refusal();
    link.commit(at, MessageFlyweight.BYTES);
    return true;
  }

  @Override
  public boolean onMessage(DirectBuffer buffer, int offset, int length) {
    if (length < MessageFlyweight.BYTES) {
      return true;
    }
    arrived.wrap(buffer, offset, length);
    int body = MessageFlyweight.BYTES;
    return receiver.onMessage(this, incoming.wrap(arrived, 0), arrived, body, length - body);
  }

  @Override
  public void onNewLife(long life) {
    receiver.onNewLife(this);
  }
}
