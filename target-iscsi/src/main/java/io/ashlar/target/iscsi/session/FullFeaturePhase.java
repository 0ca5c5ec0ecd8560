package io.ashlar.target.iscsi.session;

import io.ashlar.target.iscsi.pdu.BasicHeader;
import io.ashlar.target.iscsi.pdu.IscsiOpcode;
import io.ashlar.target.iscsi.pdu.LogoutPdu;
import io.ashlar.target.iscsi.pdu.NopPdu;
import io.ashlar.target.iscsi.pdu.RejectPdu;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/// A normal session's connection after its login: serves commands until it is logged out, cut off,
/// or breaks a rule.
final class FullFeaturePhase implements ConnectionPhase {
  private static final int PING_BYTES_MAX = 32 * 1024;

  private final Session session;
  private final IscsiConnection connection;
  private final CommandWindow window;
  private final CommandReceiver receiver;
  private final TaskManagement management;
  private final TextResponder texts;
  private final long idleNs;
  private final int cid;

  /// A ping's echo is cut at what the initiator takes in one PDU (RFC 7143 §11.19.3).
  private final int echoBytesMax;

  private int statSn;
  private long heardNs = System.nanoTime();
  private boolean isPinged;

  /// Whether the PDU that is arriving is to be dropped when it is whole.
  private boolean isIgnored;

  private ByteBuf pingData = Unpooled.EMPTY_BUFFER;

  FullFeaturePhase(Session session, LoginNegotiation login, int cid, int statSn, int firstCmdSn) {
    this.session = session;
    this.connection = session.connection();
    this.cid = cid;
    this.statSn = statSn;
    this.window = new CommandWindow(firstCmdSn, session.slots());
    SessionParameters parameters = login.parameters();
    this.receiver = new CommandReceiver(session, parameters, this);
    this.management = new TaskManagement(session, this);
    this.texts = new TextResponder(connection, login, this);
    this.echoBytesMax = parameters.sendDataSegmentBytes;
    this.idleNs = connection.portal().options().limits().idleNs();
    session.slots().owner(new CommandResponder(session, parameters, this));
  }

  IscsiConnection connection() {
    return connection;
  }

  @Override
  public void onHeader(ByteBuf header) {
    heardNs = System.nanoTime();
    isPinged = false;
    int opcode = BasicHeader.opcode(header);
    isIgnored = false;
    if (opcode != IscsiOpcode.DATA_OUT && !takeNumber(header)) {
      isIgnored = true;
      return;
    }
    switch (opcode) {
      case IscsiOpcode.SCSI_COMMAND -> receiver.onCommandHeader(header);
      case IscsiOpcode.DATA_OUT -> receiver.onDataHeader(header);
      case IscsiOpcode.NOP_OUT -> makeRoomForPing(header);
      case IscsiOpcode.TEXT_REQUEST -> {
        if (!texts.onHeader(header)) {
          protocolError(header, "its text request is too long");
        }
      }
      default -> {}
    }
  }

  /// Checks the command's number. Immediate commands have the next one and do not use it up.
  private boolean takeNumber(ByteBuf header) {
    if (BasicHeader.isImmediate(header)) {
      return true;
    }
    return switch (window.judge(BasicHeader.cmdSn(header))) {
      case NEXT -> {
        window.advance();
        yield true;
      }
      case IGNORE -> false;
      case GAP -> {
        protocolError(header, "a command's number skips others");
        yield false;
      }
    };
  }

  @Override
  public void onPdu(ByteBuf header) {
    if (isIgnored) {
      return;
    }
    switch (BasicHeader.opcode(header)) {
      case IscsiOpcode.SCSI_COMMAND -> receiver.onCommandPdu(header);
      case IscsiOpcode.DATA_OUT -> receiver.onDataPdu(header);
      case IscsiOpcode.NOP_OUT -> answerPing(header);
      case IscsiOpcode.TASK_MANAGEMENT_REQUEST -> management.onPdu(header);
      case IscsiOpcode.TEXT_REQUEST -> texts.onPdu(header);
      case IscsiOpcode.LOGOUT_REQUEST -> logOut(header);
      case IscsiOpcode.SNACK_REQUEST -> connection.reject(header, RejectPdu.SNACK_REJECT);
      case IscsiOpcode.LOGIN_REQUEST -> protocolError(header, "a login came in a session");
      default -> connection.reject(header, RejectPdu.COMMAND_NOT_SUPPORTED);
    }
  }

  /// A rule was broken in a way that leaves nothing to go on with.
  void protocolError(ByteBuf header, String sentence) {
    connection.onProtocolError(header, RejectPdu.PROTOCOL_ERROR, sentence);
  }

  private void makeRoomForPing(ByteBuf header) {
    int bytes = BasicHeader.dataBytes(header);
    if (bytes == 0 || BasicHeader.taskTag(header) == BasicHeader.RESERVED_TAG) {
      return;
    }
    if (bytes > PING_BYTES_MAX) {
      protocolError(header, "a ping is too long");
      return;
    }
    pingData.release();
    pingData = Unpooled.directBuffer(bytes, bytes).writerIndex(bytes);
    connection.decoder().receiveInto(pingData, 0);
  }

  /// Echoes a ping that wants an answer; an answer to ours has told enough by coming.
  private void answerPing(ByteBuf header) {
    int tag = BasicHeader.taskTag(header);
    if (tag == BasicHeader.RESERVED_TAG) {
      return;
    }
    int bytes = Math.min(BasicHeader.dataBytes(header), echoBytesMax);
    ByteBuf out = connection.writer().roomFor(bytes);
    int at = NopPdu.append(out, tag, BasicHeader.RESERVED_TAG);
    BasicHeader.dataBytes(out, at, bytes);
    sequence(out, at);
    connection.writer().endHeader(out, at);
    int data = out.writerIndex();
    out.writeBytes(pingData, 0, bytes);
    connection.writer().endData(out, data);
    connection.flushSoon();
    pingData.release();
    pingData = Unpooled.EMPTY_BUFFER;
  }

  private void logOut(ByteBuf header) {
    int tag = BasicHeader.taskTag(header);
    int reason = LogoutPdu.reason(header);
    boolean otherConnection = reason != LogoutPdu.CLOSE_SESSION && LogoutPdu.cid(header) != cid;
    if (reason > LogoutPdu.REMOVE_FOR_RECOVERY) {
      connection.reject(header, RejectPdu.INVALID_PDU_FIELD);
    } else if (otherConnection) {
      sendLogoutResponse(LogoutPdu.CID_NOT_FOUND, tag);
    } else if (reason == LogoutPdu.REMOVE_FOR_RECOVERY) {
      sendLogoutResponse(LogoutPdu.RECOVERY_NOT_SUPPORTED, tag);
    } else {
      session.leave();
      sendLogoutResponse(LogoutPdu.CLOSED, tag);
      connection.close(null);
    }
  }

  private void sendLogoutResponse(int response, int tag) {
    ByteBuf out = connection.writer().roomFor(0);
    int at = LogoutPdu.append(out, response, tag);
    sequence(out, at);
    connection.writer().endHeader(out, at);
    connection.flushSoon();
  }

  @Override
  public void onClosed() {
    session.leave();
    texts.release();
    pingData.release();
    pingData = Unpooled.EMPTY_BUFFER;
  }

  /// Asks a silent initiator whether it is there; one that does not answer is cut off.
  @Override
  public void onTick(long nowNs) {
    long silentNs = nowNs - heardNs;
    if (silentNs > 2 * idleNs) {
      connection.close("it does not answer");
    } else if (silentNs > idleNs && !isPinged) {
      isPinged = true;
      ByteBuf out = connection.writer().roomFor(0);
      int at = NopPdu.append(out, BasicHeader.RESERVED_TAG, PING_TAG);
      sequenceWithoutStatus(out, at);
      connection.writer().endHeader(out, at);
      connection.flushSoon();
    }
  }

  private static final int PING_TAG = 0x7FFF_FFFF;

  @Override
  public void sequence(ByteBuf out, int at) {
    sequenceWithoutStatus(out, at);
    statSn++;
  }

  /// For PDUs that carry no status: they tell the next StatSN and do not use it up.
  void sequenceWithoutStatus(ByteBuf out, int at) {
    BasicHeader.sequence(out, at, statSn, window.expCmdSn(), window.maxCmdSn());
  }
}
