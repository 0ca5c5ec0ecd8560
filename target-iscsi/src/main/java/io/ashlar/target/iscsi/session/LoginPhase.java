package io.ashlar.target.iscsi.session;

import io.ashlar.target.iscsi.pdu.BasicHeader;
import io.ashlar.target.iscsi.pdu.IscsiOpcode;
import io.ashlar.target.iscsi.pdu.LoginRequestPdu;
import io.ashlar.target.iscsi.pdu.LoginResponsePdu;
import io.netty.buffer.ByteBuf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A connection that is logging in: anything but a login request ends it, and so does time.
final class LoginPhase implements ConnectionPhase {
  private static final Logger LOG = LoggerFactory.getLogger(LoginPhase.class);

  /// Requests whose keys go on in the next one; text that comes in more pieces is an attack.
  private static final int PARTIAL_REQUESTS_MAX = 16;

  private final IscsiConnection connection;
  private final Portal portal;
  private final LoginNegotiation negotiation;
  private final TextBuffer text = new TextBuffer();
  private final long beganNs = System.nanoTime();

  private int statSn;
  private int expCmdSn;
  private int taskTag;
  private int cid;
  private int partialRequests;
  private boolean begun;
  private boolean isOver;

  LoginPhase(IscsiConnection connection, Portal portal) {
    this.connection = connection;
    this.portal = portal;
    Portal.Options options = portal.options();
    this.negotiation =
        new LoginNegotiation(
            new LoginNegotiation.Rules(
                portal.directory(),
                options.limits(),
                options.chapAlgorithms(),
                options.discoveryNeedsProof()),
            portal.random());
  }

  @Override
  public void onHeader(ByteBuf header) {
    if (isOver || BasicHeader.opcode(header) != IscsiOpcode.LOGIN_REQUEST) {
      connection.close("a PDU came that is no login request before the login was over");
      return;
    }
    if (!begun) {
      begun = true;
      statSn = BasicHeader.expStatSn(header);
      cid = LoginRequestPdu.cid(header);
    }
    taskTag = BasicHeader.taskTag(header);
    expCmdSn = BasicHeader.cmdSn(header);
    if (!text.receive(header, connection.decoder())) {
      refuse(header, LoginStatus.INITIATOR_ERROR);
    }
  }

  @Override
  public void onPdu(ByteBuf header) {
    if (isOver) {
      return;
    }
    LoginRequest request =
        new LoginRequest(
            LoginRequestPdu.isTransit(header),
            LoginRequestPdu.isContinued(header),
            LoginRequestPdu.currentStage(header),
            LoginRequestPdu.nextStage(header),
            LoginRequestPdu.isid(header),
            LoginRequestPdu.tsih(header));
    if (LoginRequestPdu.versionMin(header) > 0) {
      refuse(header, LoginStatus.UNSUPPORTED_VERSION);
    } else if ((request.transit() && request.continued()) || LoginRequestPdu.cid(header) != cid) {
      refuse(header, LoginStatus.INITIATOR_ERROR);
    } else if (request.continued() && partialRequests < PARTIAL_REQUESTS_MAX) {
      partialRequests++;
      askForMore(request);
    } else if (request.continued()) {
      refuse(header, LoginStatus.INITIATOR_ERROR);
    } else {
      answer(header, request);
    }
  }

  /// The C bit: an empty answer asks for the rest of the keys.
  private void askForMore(LoginRequest request) {
    TextKeys none = new TextKeys();
    send(new LoginReply(LoginStatus.SUCCESS, false, request.currentStage(), 0, none), request, 0);
  }

  private void answer(ByteBuf header, LoginRequest request) {
    TextKeys keys = text.take();
    LoginReply reply =
        keys == null
            ? LoginReply.refuse(LoginStatus.INITIATOR_ERROR, request.currentStage())
            : negotiation.onRequest(request, keys);
    if (reply.isRefusal()) {
      refuse(header, reply.status());
    } else if (reply.isLast()) {
      isOver = true;
      complete(request, reply);
    } else {
      send(reply, request, request.tsih());
    }
  }

  private void complete(LoginRequest request, LoginReply reply) {
    ExportedVolume volume = negotiation.volume();
    if (volume == null) {
      text.release();
      send(reply, request, DISCOVERY_TSIH);
      startDigests();
      connection.enter(new DiscoveryPhase(connection, negotiation, statSn, expCmdSn));
      return;
    }
    connection.moveTo(volume.shard(), () -> join(request, reply, volume));
  }

  private static final int DISCOVERY_TSIH = 1;

  /// On the volume's shard: makes the session, ending an older one of the same initiator port.
  private void join(LoginRequest request, LoginReply reply, ExportedVolume volume) {
    if (connection.isClosed()) {
      return;
    }
    ServedUnit unit = connection.shard().unit(volume);
    if (request.tsih() != 0) {
      boolean exists = unit.findTsih(request.tsih()) != null;
      refuseLate(
          request, exists ? LoginStatus.TOO_MANY_CONNECTIONS : LoginStatus.SESSION_DOES_NOT_EXIST);
      return;
    }
    Session older = unit.find(negotiation.initiatorName(), request.isid());
    if (older != null) {
      older.end("its initiator logged in anew");
    }
    text.release();
    int depth = portal.options().limits().queueDepth();
    Session session = new Session(unit, connection, negotiation, depth);
    send(reply, request, session.tsih());
    startDigests();
    unit.add(session);
    connection.enter(new FullFeaturePhase(session, negotiation, cid, statSn, expCmdSn));
    LOG.info(
        "{} logged in to {} from {}.",
        negotiation.initiatorName(),
        volume.targetName(),
        connection.remoteAddress());
  }

  /// What was agreed on holds from the first PDU after the login.
  private void startDigests() {
    SessionParameters agreed = negotiation.parameters();
    connection.decoder().expectDigests(agreed.headerDigest, agreed.dataDigest);
    connection.decoder().limitDataBytes(agreed.receiveDataSegmentBytes);
    connection.writer().useDigests(agreed.headerDigest, agreed.dataDigest);
  }

  private void send(LoginReply reply, LoginRequest request, int tsih) {
    byte[] keys = reply.keys().toBytes();
    ByteBuf out = connection.writer().roomFor(keys.length);
    int flags = reply.transit() ? LoginResponsePdu.TRANSIT_FLAG : 0;
    int next = reply.transit() ? reply.nextStage() : 0;
    int at = LoginResponsePdu.append(out, flags, reply.stage(), next);
    LoginResponsePdu.session(out, at, request.isid(), tsih);
    LoginResponsePdu.status(out, at, reply.status().classAndDetail);
    BasicHeader.taskTag(out, at, taskTag);
    BasicHeader.dataBytes(out, at, keys.length);
    sequence(out, at);
    int data = out.writerIndex();
    out.writeBytes(keys);
    connection.writer().endData(out, data);
    connection.flushSoon();
  }

  private void refuse(ByteBuf header, LoginStatus status) {
    LoginRequest request =
        new LoginRequest(
            false,
            false,
            LoginRequestPdu.currentStage(header),
            0,
            LoginRequestPdu.isid(header),
            LoginRequestPdu.tsih(header));
    refuseLate(request, status);
  }

  private void refuseLate(LoginRequest request, LoginStatus status) {
    isOver = true;
    send(LoginReply.refuse(status, request.currentStage()), request, request.tsih());
    connection.close("its login was refused: " + status);
  }

  @Override
  public void onClosed() {
    text.release();
  }

  @Override
  public void onTick(long nowNs) {
    if (nowNs - beganNs > portal.options().limits().loginNs()) {
      connection.close("its login took too long");
    }
  }

  @Override
  public void sequence(ByteBuf out, int at) {
    BasicHeader.sequence(out, at, statSn, expCmdSn, expCmdSn);
    statSn++;
  }
}
