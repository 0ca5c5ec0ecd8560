/// Tests of the management API's records and client.
@NullMarked
package io.ashlar.control;

import org.jspecify.annotations.NullMarked;
