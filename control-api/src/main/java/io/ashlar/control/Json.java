package io.ashlar.control;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The API's JSON: one mapper for what the server reads (strict) and one for what the client reads
/// (lenient towards newer servers). No polymorphic types.
public final class Json {
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final JsonMapper LENIENT =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private Json() {}

  public static byte[] write(Object value) {
    return STRICT.writeValueAsBytes(value);
  }

  /// A request's body.
  ///
  /// @throws ControlException [ProblemCode#INVALID_REQUEST] that names the field, if it does not
  ///   fit
  public static <T> T readRequest(byte[] body, Class<T> type) {
    try {
      T value = STRICT.readValue(body, type);
      if (value == null) {
        throw new ControlException(ProblemCode.INVALID_REQUEST, "The body is empty.");
      }
      return value;
    } catch (JacksonException unfit) {
      throw new ControlException(
          ProblemCode.INVALID_REQUEST,
          "The body is not a valid " + type.getSimpleName() + ": " + unfit.getOriginalMessage());
    }
  }

  static <T> T readAnswer(byte[] body, Class<T> type) {
    return LENIENT.readValue(body, type);
  }
}
