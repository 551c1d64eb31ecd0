"""The configuration of the demonstration's Zope, written to its data folder.

The same choices as in ``profiles/base.cfg``, for one process with a FileStorage.
"""

from carouge.guichet.demo.settings import Settings
from carouge.guichet.demo.settings import SITE_PORT
from pathlib import Path

import os


#: What ``plone.recipe.zope2instance`` writes: Products.CMFPlone, loaded as a product,
#: includes every add-on that announces itself with an entry point of plone.autoinclude.
SITE_ZCML = """\
<configure
    xmlns="http://namespaces.zope.org/zope"
    xmlns:five="http://namespaces.zope.org/five"
    xmlns:meta="http://namespaces.zope.org/meta"
    >

  <include package="Products.Five" />
  <meta:redefinePermission
      from="zope2.Public"
      to="zope.Public"
      />

  {first}
  <five:loadProducts file="meta.zcml" />
  <five:loadProducts />
  {last}
  <five:loadProductsOverrides />

  <securityPolicy component="AccessControl.security.SecurityPolicy" />

</configure>
"""

#: What a production site never loads: the profile with the demonstration's content.
DEMONSTRATION_ZCML = '<include package="carouge.guichet" file="demo.zcml" />'

#: Plone alone loads nothing of the add-on, so that it can be compared with it.
BARE_ZCML = """\
<exclude package="carouge.guichet" />
  <exclude package="pas.plugins.oidc" />"""

ZOPE_CONF = """\
%define VAR {var}
instancehome $VAR
clienthome $VAR
pid-filename $VAR/zope.pid
debug-mode off
security-policy-implementation C
verbose-security off
default-zpublisher-encoding utf-8
max-conflict-retries 3
enable-xmlrpc off

<dos_protection>
  # A long form in several steps, or one with a table of many rows.
  form-memory-limit 8MB
  form-disk-limit 64MB
  form-memfile-limit 64KB
  form-part-limit 4096
</dos_protection>

<zodb_db main>
  cache-size 30000
  <blobstorage>
    blob-dir $VAR/blobstorage
    <filestorage>
      path $VAR/filestorage/Data.fs
    </filestorage>
  </blobstorage>
  mount-point /
</zodb_db>
"""

# Logging goes to standard error, which the supervisor writes to log/zope.log.
WSGI_INI = """\
[server:main]
use = egg:waitress#main
listen = 127.0.0.1:{port}
threads = {threads}
clear_untrusted_proxy_headers = true
max_request_body_size = 67108864

[app:zope]
use = egg:Zope#main
zope_conf = {zope_conf}

[pipeline:main]
pipeline =
    egg:Zope#httpexceptions
    zope

[loggers]
keys = root, waitress.queue

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = INFO
handlers = console

# Waitress warns of each request that has to wait for a thread.
[logger_waitress.queue]
level = ERROR
handlers =
qualname = waitress.queue

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(asctime)s %(levelname)-7.7s [%(name)s:%(lineno)s][%(threadName)s] %(message)s
"""


def zope_conf(var: Path) -> str:
    """Return the text of ``zope.conf`` for the data folder ``var`` (absolute)."""
    # ZConfig reads a $ as the start of a name.
    return ZOPE_CONF.format(var=str(var).replace("$", "$$"))


def wsgi_ini(conf: Path, port: int, threads: int) -> str:
    """Return the text of ``wsgi.ini``: Zope with ``conf`` on the loopback ``port``."""
    return WSGI_INI.format(port=port, threads=threads, zope_conf=conf)


def environment(var: Path) -> dict[str, str]:
    """Return the variables a Zope process of the demonstration is started with."""
    return {
        # A locale that the machine does not know would stop Zope.
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        # Zope's DateTime shows times in the zone of the process, not of the site.
        "TZ": "Europe/Zurich",
        "PYTHONUNBUFFERED": "1",
        "zope_i18n_compile_mo_files": "true",
        "zope_i18n_allowed_languages": "fr en de it",
        # The base has room for one process: it does itself what comes round.
        "GUICHET_TACHES_MINUTES": os.environ.get("GUICHET_TACHES_MINUTES", "1"),
        # Compiled templates are kept for the next start.
        "CHAMELEON_CACHE": str(var / "cache"),
    }


def site_zcml(bare: bool) -> str:
    """Return the text of ``site.zcml``; ``bare`` leaves the add-on out."""
    if bare:
        return SITE_ZCML.format(first=BARE_ZCML, last="")
    return SITE_ZCML.format(first="", last=DEMONSTRATION_ZCML)


def write_instance(settings: Settings, bare: bool = False) -> tuple[Path, Path]:
    """Write Zope's configuration; return the paths of zope.conf and wsgi.ini.

    ``bare`` is for Plone alone, without the add-on's demonstration.
    """
    for name in ("etc", "log", "filestorage", "cache"):
        (settings.var / name).mkdir(parents=True, exist_ok=True)
    # ZODB warns about a folder of blobs that others may read.
    (settings.var / "blobstorage").mkdir(mode=0o700, exist_ok=True)
    conf = settings.etc_dir / "zope.conf"
    conf.write_text(zope_conf(settings.var), encoding="utf-8")
    ini = settings.etc_dir / "wsgi.ini"
    ini.write_text(
        wsgi_ini(conf, settings.ports[SITE_PORT], settings.threads), encoding="utf-8"
    )
    (settings.etc_dir / "site.zcml").write_text(site_zcml(bare), encoding="utf-8")
    return conf, ini
