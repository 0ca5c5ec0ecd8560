package io.ashlar.target.iscsi.session;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The login phase's rules (RFC 7143 §6, §7): from keys to keys, without sockets. One per
/// connection.
final class LoginNegotiation {
  /// What every login is checked against.
  ///
  /// @param directory the targets there were when the login began
  /// @param discoveryNeedsProof whether a discovery session must authenticate too
  record Rules(
      TargetDirectory directory,
      SessionLimits limits,
      List<ChapAlgorithm> chapAlgorithms,
      boolean discoveryNeedsProof) {}

  /// Steps that no honest login needs.
  private static final int REQUESTS_MAX = 16;

  private final Rules rules;
  private final SecureRandom random;
  private final SessionParameters parameters = new SessionParameters();
  private final Set<String> answered = new HashSet<>();

  private boolean begun;
  private int requests;
  private int stage;
  private long isid;
  private int tsih;
  private String initiatorName = "";
  private boolean isDiscovery;
  private @Nullable ExportedVolume volume;
  private @Nullable HostAccess access;
  private @Nullable ChapExchange chap;
  private boolean methodChosen;
  private boolean declaredSegment;

  LoginNegotiation(Rules rules, SecureRandom random) {
    this.rules = rules;
    this.random = random;
  }

  SessionParameters parameters() {
    return parameters;
  }

  String initiatorName() {
    return initiatorName;
  }

  boolean isDiscovery() {
    return isDiscovery;
  }

  long isid() {
    return isid;
  }

  int tsih() {
    return tsih;
  }

  /// The target that was named; null in a discovery session.
  @Nullable ExportedVolume volume() {
    return volume;
  }

  /// The credential that the initiator proved; null if none was asked for.
  @Nullable ChapCredential proven() {
    HostAccess known = access;
    return chap == null || known == null ? null : known.initiator();
  }

  /// Takes one request with all its keys.
  LoginReply onRequest(LoginRequest request, TextKeys keys) {
    requests++;
    if (requests > REQUESTS_MAX || !isInOrder(request)) {
      return refuse(LoginStatus.INITIATOR_ERROR);
    }
    TextKeys reply = new TextKeys();
    LoginStatus status = LoginStatus.SUCCESS;
    if (!begun) {
      status = begin(request, keys, reply);
    }
    if (status == LoginStatus.SUCCESS) {
      status =
          stage == LoginRequest.SECURITY
              ? negotiateSecurity(keys, reply)
              : negotiateOperation(keys, reply);
    }
    return status == LoginStatus.SUCCESS ? advance(request, reply) : refuse(status);
  }

  private LoginReply refuse(LoginStatus status) {
    return LoginReply.refuse(status, stage);
  }

  /// The stage may be chosen once; later requests must be in it, and may ask for a higher one.
  private boolean isInOrder(LoginRequest request) {
    int current = request.currentStage();
    boolean known = current == LoginRequest.SECURITY || current == LoginRequest.OPERATIONAL;
    boolean sameLogin =
        !begun || (current == stage && request.isid() == isid && request.tsih() == tsih);
    boolean rises =
        !request.transit()
            || (request.nextStage() > current
                && (request.nextStage() == LoginRequest.OPERATIONAL
                    || request.nextStage() == LoginRequest.FULL_FEATURE));
    return known && sameLogin && rises;
  }

  private LoginStatus begin(LoginRequest request, TextKeys keys, TextKeys reply) {
    begun = true;
    stage = request.currentStage();
    isid = request.isid();
    tsih = request.tsih();
    String initiator = keys.get("InitiatorName");
    if (initiator == null || initiator.isEmpty() || initiator.length() > NAME_LENGTH_MAX) {
      return LoginStatus.MISSING_PARAMETER;
    }
    if (initiator.chars().anyMatch(Character::isISOControl)) {
      return LoginStatus.INITIATOR_ERROR; // people read it in logs and on terminals
    }
    initiatorName = initiator;
    String type = keys.get("SessionType");
    if (type != null && type.equals("Discovery")) {
      isDiscovery = true;
      access = discoveryAccess(keys);
    } else if (type == null || type.equals("Normal")) {
      LoginStatus found = findTarget(keys.get("TargetName"));
      if (found != LoginStatus.SUCCESS) {
        return found;
      }
      reply.add("TargetPortalGroupTag", TARGET_PORTAL_GROUP);
    } else {
      return LoginStatus.SESSION_TYPE_NOT_SUPPORTED;
    }
    boolean skipsSecurity = stage != LoginRequest.SECURITY;
    return skipsSecurity && needsProof() ? LoginStatus.AUTHENTICATION_FAILURE : LoginStatus.SUCCESS;
  }

  static final int TARGET_PORTAL_GROUP = 1;
  private static final int NAME_LENGTH_MAX = 223;

  private LoginStatus findTarget(@Nullable String name) {
    if (name == null) {
      return LoginStatus.MISSING_PARAMETER;
    }
    ExportedVolume found = rules.directory().find(name);
    if (found == null) {
      return LoginStatus.NOT_FOUND;
    }
    access = found.access().of(initiatorName);
    volume = found;
    return access == null ? LoginStatus.AUTHORIZATION_FAILURE : LoginStatus.SUCCESS;
  }

  /// A discovery session proves itself with the credential of any target that it may use.
  private @Nullable HostAccess discoveryAccess(TextKeys keys) {
    String methods = keys.get("AuthMethod");
    boolean offersNone = methods == null || contains(methods, "None");
    if (!rules.discoveryNeedsProof() && offersNone) {
      return HostAccess.UNAUTHENTICATED;
    }
    for (ExportedVolume candidate : rules.directory().volumes()) {
      HostAccess known = candidate.access().of(initiatorName);
      if (known != null && known.initiator() != null) {
        return known;
      }
    }
    return rules.discoveryNeedsProof() ? null : HostAccess.UNAUTHENTICATED;
  }

  private boolean needsProof() {
    HostAccess known = access;
    return known == null || known.initiator() != null;
  }

  private LoginStatus negotiateSecurity(TextKeys keys, TextKeys reply) {
    ChapExchange exchange = chap;
    if (exchange != null) {
      return exchange.step(keys, reply) ? LoginStatus.SUCCESS : LoginStatus.AUTHENTICATION_FAILURE;
    }
    String methods = keys.get("AuthMethod");
    if (methods == null || methodChosen) {
      return LoginStatus.SUCCESS;
    }
    methodChosen = true;
    HostAccess known = access;
    ChapCredential wanted = known == null ? null : known.initiator();
    if (known != null && wanted != null && contains(methods, "CHAP")) {
      chap = new ChapExchange(wanted, known.target(), rules.chapAlgorithms(), random);
      reply.add("AuthMethod", "CHAP");
      return LoginStatus.SUCCESS;
    }
    if (!needsProof() && contains(methods, "None")) {
      reply.add("AuthMethod", "None");
      return LoginStatus.SUCCESS;
    }
    return LoginStatus.AUTHENTICATION_FAILURE;
  }

  private LoginStatus negotiateOperation(TextKeys keys, TextKeys reply) {
    KeyNegotiation negotiation = new KeyNegotiation(rules.limits(), parameters, isDiscovery);
    for (TextKeys.Entry entry : keys.entries()) {
      if (DECLARED.contains(entry.key())) {
        continue;
      }
      if (!answered.add(entry.key())) {
        return LoginStatus.INITIATOR_ERROR;
      }
      String answer = negotiation.answer(entry.key(), entry.value());
      if (answer != null) {
        reply.add(entry.key(), answer);
      }
    }
    if (!declaredSegment) {
      declaredSegment = true;
      parameters.receiveDataSegmentBytes = rules.limits().dataSegmentBytesMax();
      reply.add("MaxRecvDataSegmentLength", parameters.receiveDataSegmentBytes);
    }
    return LoginStatus.SUCCESS;
  }

  /// Keys that tell who is who; they want no answer.
  private static final Set<String> DECLARED =
      Set.of(
          "InitiatorName",
          "InitiatorAlias",
          "TargetName",
          "SessionType",
          "TargetAlias",
          "AuthMethod");

  private LoginReply advance(LoginRequest request, TextKeys reply) {
    boolean secured = stage != LoginRequest.SECURITY || isSecured();
    if (request.transit() && !secured && chap == null) {
      return refuse(LoginStatus.AUTHENTICATION_FAILURE);
    }
    boolean transit = request.transit() && secured;
    LoginReply answer =
        new LoginReply(LoginStatus.SUCCESS, transit, stage, request.nextStage(), reply);
    if (transit) {
      stage = request.nextStage();
      parameters.firstBurstBytes = Math.min(parameters.firstBurstBytes, parameters.maxBurstBytes);
    }
    return answer;
  }

  private boolean isSecured() {
    ChapExchange exchange = chap;
    return exchange != null ? exchange.isDone() : !needsProof();
  }

  private static boolean contains(String list, String choice) {
    return Arrays.asList(list.split(",", -1)).contains(choice);
  }
}
