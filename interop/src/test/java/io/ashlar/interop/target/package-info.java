/// What the tests run against.
@NullMarked
package io.ashlar.interop.target;

import org.jspecify.annotations.NullMarked;
