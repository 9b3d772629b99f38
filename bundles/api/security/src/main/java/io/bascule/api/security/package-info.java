/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Who may do what: subjects (people, modules, flows), capabilities, and the grants that connect them.
 *
 * <p>Main types: {@link io.bascule.api.security.Subject}, {@link io.bascule.api.security.Grant},
 * {@link io.bascule.api.security.GrantRegistry}, {@link io.bascule.api.security.Authorizer}. Nothing is
 * allowed unless a grant says so. All types are immutable or, for services, safe for use by any thread.
 */
@Export
@Version("1.0.0")
@NullMarked
package io.bascule.api.security;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
