package io.ashlar.replication.pipeline;

import io.ashlar.core.base.Check;
import io.ashlar.core.segment.SealedRecord;
import io.ashlar.core.store.DivergedScan;
import io.ashlar.core.volume.VolumeHistory;
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

  /// What a message takes of the link beyond the record in it.
  private static final int HEAD_BYTES_MAX = MessageFlyweight.BYTES + Link.HEAD_BYTES_MAX;

  /// So large a part of the link's messages is left for those that carry no record, so that answers
  /// get through however much hosts write here.
  private static final int SPARE_PART = 8;

  private final int node;
  private final Receiver receiver;
  private final MessageFlyweight outgoing = new MessageFlyweight();
  private final MessageFlyweight incoming = new MessageFlyweight();
  private final UnsafeBuffer scratch = new UnsafeBuffer(new byte[VolumeHistory.BYTES_MAX]);
  private final UnsafeBuffer arrived = new UnsafeBuffer(0, 0);
  private final Link link;
  private final int spareMessages;
  private int reservedMessages;
  private long reservedBytes;

  /// @param maker makes the link, which is to tell this one
  PeerLink(int node, Receiver receiver, LinkMaker maker) {
    this.node = node;
    this.receiver = receiver;
    link = maker.link(this);
    spareMessages = link.freeMessages() / SPARE_PART;
  }

  /// Makes a link that tells a listener.
  @FunctionalInterface
  interface LinkMaker {
    Link link(Link.Listener listener);
  }

  /// Whether an empty link of this size has room for any request.
  static boolean isRoomy(int messages, int bytes) {
    int needed = messages / SPARE_PART + Sending.RECORDS_MAX;
    return messages >= needed && bytes >= Sending.BYTES_MAX + (long) needed * HEAD_BYTES_MAX;
  }

  int node() {
    return node;
  }

  Link link() {
    return link;
  }

  /// Whether so many records, of so many bytes together, fit beside all that was put aside.
  boolean hasRoom(int records, int bytes) {
    return hasRoomBeside(spareMessages + records, bytes);
  }

  private boolean hasRoomBeside(int messages, int bytes) {
    long heads = (long) (reservedMessages + messages) * HEAD_BYTES_MAX;
    return link.isConnected()
        && link.freeMessages() - reservedMessages >= messages
        && link.freeBytes() >= reservedBytes + bytes + heads;
  }

  /// Whether a record that nobody waits for fits, so that half of the link is left to the rest.
  boolean hasRoomToSpare(int bytes) {
    return link.isConnected()
        && link.freeMessages() - reservedMessages > link.windowMessages() / 2
        && link.freeBytes() - reservedBytes - bytes > link.windowBytes() / 2;
  }

  /// Puts room aside, or gives it back.
  void reserve(int records, long bytes) {
    reservedMessages += records;
    reservedBytes += bytes;
    boolean isBalanced = reservedMessages >= 0 && reservedBytes >= 0;
    Check.that(isBalanced, "what is given back was put aside", node, reservedBytes);
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
    int at = claimBeside();
    if (at < 0) {
      return false;
    }
    outgoing.wrap(link.memory(), at).set(kind, epoch, volume, writeId);
    link.commit(at, MessageFlyweight.BYTES);
    return true;
  }

  /// Says how far the sender has the volume.
  ///
  /// @return false if there is no room for it now
  boolean position(int epoch, VolumeId volume, VolumeHistory history) {
    int length = MessageFlyweight.BYTES + history.encode(scratch);
    int at = link.claim(length);
    if (at < 0) {
      return false;
    }
    outgoing.wrap(link.memory(), at);
    outgoing.set(MessageFlyweight.POSITION, epoch, volume, history.durable());
    int body = at + MessageFlyweight.BYTES;
    link.memory().putBytes(body, scratch, 0, length - MessageFlyweight.BYTES);
    link.commit(at, length);
    return true;
  }

  /// Says that blocks have a version here that is no part of the history.
  ///
  /// @return false if there is no room for it now
  boolean diverged(int epoch, VolumeId volume, DivergedScan run) {
    int at = link.claim(MessageFlyweight.DIVERGED_BYTES);
    if (at < 0) {
      return false;
    }
    outgoing.wrap(link.memory(), at).set(MessageFlyweight.DIVERGED, epoch, volume, run.start());
    outgoing.flag(run.isUnmapped() ? MessageFlyweight.FLAG_UNMAPPED : 0);
    link.memory().putLong(at + MessageFlyweight.BYTES, run.end() - run.start());
    link.commit(at, MessageFlyweight.DIVERGED_BYTES);
    return true;
  }

  /// Room for a record that is written in place, to be ended by [#appended].
  ///
  /// @return where in the link's memory the record goes; negative if there is no room now
  int appending(int epoch, VolumeId volume, long writeId, int recordBytes) {
    int at = link.claim(MessageFlyweight.BYTES + recordBytes);
    if (at < 0) {
      return at;
    }
    outgoing.wrap(link.memory(), at).set(MessageFlyweight.APPEND, epoch, volume, writeId);
    return at + MessageFlyweight.BYTES;
  }

  void appended(int at, int recordBytes) {
    link.commit(at - MessageFlyweight.BYTES, MessageFlyweight.BYTES + recordBytes);
  }

  /// Says that a message's volume is not followed here.
  boolean refuse(MessageFlyweight message) {
    int at = claimBeside();
    if (at < 0) {
      return false;
    }
    message.copyTo(link.memory(), at);
    outgoing.wrap(link.memory(), at).refusal();
    link.commit(at, MessageFlyweight.BYTES);
    return true;
  }

  /// Room for a message without a record; -1 if all there is was put aside for those with one.
  private int claimBeside() {
    return hasRoomBeside(1, 0) ? link.claim(MessageFlyweight.BYTES) : -1;
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
