/* SPDX-License-Identifier: Apache-2.0 */
/** conformance. */
@NullMarked
package io.bascule.karaf.conformance;

import org.jspecify.annotations.NullMarked;
