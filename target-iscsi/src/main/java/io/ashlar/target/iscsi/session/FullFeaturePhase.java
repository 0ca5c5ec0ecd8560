package io.ashlar.target.iscsi.session;

import io.ashlar.target.iscsi.pdu.BasicHeader;
import io.ashlar.target.iscsi.pdu.IscsiOpcode;
import io.ashlar.target.iscsi.pdu.LogoutPdu;
import io.ashlar.target.iscsi.pdu.NopPdu;
import io.ashlar.target.iscsi.pdu.RejectPdu;
import io.netty.buffer.ByteBuf;

/// A normal session's connection after its login: serves commands until it is logged out, cut off,
/// or breaks a rule.
final class FullFeaturePhase implements ConnectionPhase {
  private final Session session;
  private final IscsiConnection connection;
  private final CommandWindow window;
  private final CommandReceiver receiver;
  private final TaskManagement management;
  private final TextResponder texts;
  private final PingEcho pings;
  private final long idleNs;
  private final int cid;

  private int statSn;
  private long heardNs = System.nanoTime();
  private boolean isPinged;

  /// Whether the PDU that is arriving is to be dropped when it is whole.
  private boolean isIgnored;

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
    this.pings = new PingEcho(connection, parameters);
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
      case IscsiOpcode.NOP_OUT -> {
        if (!pings.onHeader(header)) {
          protocolError(header, "a ping is too long");
        }
      }
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
      case IscsiOpcode.NOP_OUT -> pings.onPdu(header, this);
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
    pings.release();
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
