package io.ashlar.target.iscsi.session;

import io.ashlar.target.iscsi.pdu.BasicHeader;
import io.ashlar.target.iscsi.pdu.RejectPdu;
import io.ashlar.target.iscsi.pdu.TextPdu;
import io.netty.buffer.ByteBuf;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Answers text requests: SendTargets (RFC 7143 appendix C), in as many PDUs as the initiator's
/// segment length needs.
final class TextResponder {
  /// Where a text request and its answer are.
  private enum Exchange {
    /// Nothing is under way.
    IDLE,
    /// The request's keys come in several PDUs.
    COLLECTING,
    /// The answer goes in several PDUs; the initiator asks for each.
    SENDING
  }

  private static final int SEGMENT_BYTES_MAX = 16 * 1024;
  private static final int TRANSFER_TAG = 1;
  private static final byte[] NOTHING = {};

  private final IscsiConnection connection;
  private final LoginNegotiation login;
  private final ConnectionPhase phase;
  private final TextBuffer text = new TextBuffer();

  /// The answer that is being sent in parts.
  private byte[] answer = NOTHING;

  private int sent;
  private Exchange exchange = Exchange.IDLE;

  TextResponder(IscsiConnection connection, LoginNegotiation login, ConnectionPhase phase) {
    this.connection = connection;
    this.login = login;
    this.phase = phase;
  }

  /// @return false if the text is too long
  boolean onHeader(ByteBuf header) {
    return text.receive(header, connection.decoder());
  }

  void onPdu(ByteBuf header) {
    int tag = BasicHeader.taskTag(header);
    if (TextPdu.isContinued(header)) {
      exchange = Exchange.COLLECTING;
      send(tag, 0, 0);
      return;
    }
    boolean asksForRest = BasicHeader.transferTag(header) != BasicHeader.RESERVED_TAG;
    if (asksForRest && exchange == Exchange.SENDING) {
      text.clear();
    } else {
      TextKeys keys = text.take();
      if (keys == null || keys.hasRepetition()) {
        connection.reject(header, RejectPdu.PROTOCOL_ERROR);
        return;
      }
      answer = answer(keys).toBytes();
      sent = 0;
    }
    int limit = Math.min(SEGMENT_BYTES_MAX, login.parameters().sendDataSegmentBytes);
    int bytes = Math.min(limit, answer.length - sent);
    boolean isLast = sent + bytes == answer.length;
    exchange = isLast ? Exchange.IDLE : Exchange.SENDING;
    send(tag, isLast ? BasicHeader.FINAL_FLAG : TextPdu.CONTINUE_FLAG, bytes);
    if (isLast) {
      answer = NOTHING;
      sent = 0;
    }
  }

  private void send(int taskTag, int flags, int bytes) {
    ByteBuf out = connection.writer().roomFor(bytes);
    boolean isLast = flags == BasicHeader.FINAL_FLAG;
    int at = TextPdu.append(out, flags, taskTag, isLast ? BasicHeader.RESERVED_TAG : TRANSFER_TAG);
    BasicHeader.dataBytes(out, at, bytes);
    phase.sequence(out, at);
    connection.writer().endHeader(out, at);
    int data = out.writerIndex();
    out.writeBytes(answer, sent, bytes);
    sent += bytes;
    connection.writer().endData(out, data);
    connection.flushSoon();
  }

  private TextKeys answer(TextKeys request) {
    TextKeys reply = new TextKeys();
    for (TextKeys.Entry entry : request.entries()) {
      if (entry.key().equals("SendTargets")) {
        sendTargets(entry.value(), reply);
      } else {
        reply.add(entry.key(), KeyNegotiation.NOT_UNDERSTOOD);
      }
    }
    return reply;
  }

  /// "All" is for discovery sessions; an empty value means this session's target; else one by name.
  private void sendTargets(String which, TextKeys reply) {
    ExportedVolume own = login.volume();
    TargetDirectory directory = connection.portal().directory();
    if (own != null) {
      boolean meansOwn = which.isEmpty() || which.equalsIgnoreCase(own.targetName());
      describe(meansOwn ? List.of(own) : List.of(), reply);
    } else if (which.equals("All")) {
      describe(directory.volumes(), reply);
    } else {
      ExportedVolume named = directory.find(which);
      describe(named == null ? List.of() : List.of(named), reply);
    }
  }

  private void describe(Collection<ExportedVolume> volumes, TextKeys reply) {
    List<String> configured = connection.portal().options().addresses();
    List<String> addresses = configured.isEmpty() ? List.of(connection.localAddress()) : configured;
    for (ExportedVolume volume : volumes) {
      if (!maySee(volume)) {
        continue;
      }
      reply.add("TargetName", volume.targetName());
      for (String address : addresses) {
        reply.add("TargetAddress", address + "," + LoginNegotiation.TARGET_PORTAL_GROUP);
      }
    }
  }

  /// Only what the initiator may use; where it had to prove itself, only what that proof opens.
  private boolean maySee(ExportedVolume volume) {
    HostAccess access = volume.access().of(login.initiatorName());
    @Nullable ChapCredential proven = login.proven();
    return access != null
        && (proven == null || access.initiator() == null || proven.equals(access.initiator()));
  }

  void release() {
    text.release();
  }
}
