"""The configuration the demonstration writes, read by those who will read it."""

from carouge.guichet.demo import instance
from carouge.guichet.demo.settings import Settings
from carouge.guichet.demo.settings import SITE_PORT
from configparser import ConfigParser
from paste.deploy import appconfig
from waitress.adjustments import Adjustments
from Zope2.Startup.options import ZopeWSGIOptions

import pytest
import stat
import xml.etree.ElementTree as ElementTree


MB = 1024 * 1024


@pytest.fixture(params=["demo", "avec espace $é"])
def settings(request, tmp_path):
    return Settings(ports={SITE_PORT: 18080}, var=tmp_path / request.param, threads=3)


def test_zope_conf_is_what_zope_reads(settings):
    conf, _ini = instance.write_instance(settings)
    config = ZopeWSGIOptions(configfile=str(conf))().configroot
    assert config.instancehome == str(settings.var)
    assert config.clienthome == str(settings.var)
    assert config.pid_filename == str(settings.var / "zope.pid")
    assert config.debug_mode is False
    assert config.max_conflict_retries == 3
    assert config.enable_xmlrpc is False
    limits = config.dos_protection
    assert limits.form_memory_limit == 8 * MB
    assert limits.form_disk_limit == 64 * MB
    assert limits.form_memfile_limit == 64 * 1024
    assert limits.form_part_limit == 4096
    (database,) = config.databases
    assert database.getVirtualMountPaths() == ["/"]
    assert database.config.cache_size == 30000
    storage = database.config.storage.config
    assert storage.blob_dir == str(settings.var / "blobstorage")
    path = storage.base.config.path
    assert path == str(settings.var / "filestorage" / "Data.fs")


def test_wsgi_ini_is_what_paste_and_waitress_read(settings):
    conf, ini = instance.write_instance(settings)
    parser = ConfigParser(interpolation=None)
    parser.read(ini, encoding="utf-8")
    server = dict(parser["server:main"])
    assert server.pop("use") == "egg:waitress#main"
    adjustments = Adjustments(**server)
    assert [address[3] for address in adjustments.listen] == [("127.0.0.1", 18080)]
    assert adjustments.threads == 3
    assert adjustments.max_request_body_size == 64 * MB
    application = appconfig(f"config:{ini}", name="zope")
    assert application["zope_conf"] == str(conf)
    assert "translogger" not in ini.read_text(encoding="utf-8")


@pytest.mark.parametrize("bare", [False, True])
def test_site_zcml_loads_the_products_and_the_demonstration(settings, bare):
    instance.write_instance(settings, bare)
    root = ElementTree.parse(settings.etc_dir / "site.zcml").getroot()
    five = "{http://namespaces.zope.org/five}"
    zope = "{http://namespaces.zope.org/zope}"
    assert [child.tag.removeprefix(five) for child in root if five in child.tag] == [
        "loadProducts",
        "loadProducts",
        "loadProductsOverrides",
    ]
    included = [dict(child.items()) for child in root.iter(f"{zope}include")]
    demonstration = {"package": "carouge.guichet", "file": "demo.zcml"}
    assert (demonstration in included) is not bare
    # Before the products: afterwards they would be loaded already.
    names = [child.tag.partition("}")[2] for child in root]
    assert ("exclude" in names[: names.index("loadProducts")]) is bare
    excluded = [child.get("package") for child in root.iter(f"{zope}exclude")]
    assert excluded == (["carouge.guichet", "pas.plugins.oidc"] if bare else [])


def test_folders(settings):
    instance.write_instance(settings)
    # A second start finds them.
    instance.write_instance(settings)
    assert {path.name for path in settings.var.iterdir()} == {
        "blobstorage",
        "cache",
        "etc",
        "filestorage",
        "log",
    }
    mode = (settings.var / "blobstorage").stat().st_mode
    assert stat.S_IMODE(mode) & 0o077 == 0


def test_environment(tmp_path):
    environ = instance.environment(tmp_path)
    assert environ["LANG"] == environ["LC_ALL"] == "C.UTF-8"
    assert environ["TZ"] == "Europe/Zurich"
    assert environ["zope_i18n_compile_mo_files"] == "true"
    assert environ["CHAMELEON_CACHE"] == str(tmp_path / "cache")
