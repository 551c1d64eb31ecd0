"""Distribution of carouge.guichet, the online counter of a Swiss commune."""

from pathlib import Path
from setuptools import setup


HERE = Path(__file__).parent

LONG_DESCRIPTION = "\n\n".join(
    (HERE / name).read_text(encoding="utf-8") for name in ("README.rst", "CHANGES.rst")
)

# The demonstration and the tests; never needed by a commune in production.
DEMO = [
    "aiosmtpd",
    "Authlib",
    "Flask",
    "joserfc",
    "PyYAML",
]

setup(
    name="carouge.guichet",
    version="1.0.0.dev0",
    description="Online counter (guichet de prestations) of a Swiss commune for Plone",
    long_description=LONG_DESCRIPTION,
    long_description_content_type="text/x-rst",
    keywords="Plone Switzerland municipality counter forms e-government",
    author="Ville de Carouge",
    author_email="guichet@carouge.example",
    url="https://pypi.org/project/carouge.guichet/",
    license="GPL-2.0-or-later",
    classifiers=[
        "Development Status :: 4 - Beta",
        "Environment :: Web Environment",
        "Framework :: Plone",
        "Framework :: Plone :: 6.2",
        "Framework :: Plone :: Addon",
        "Intended Audience :: System Administrators",
        "Natural Language :: French",
        "Operating System :: OS Independent",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
    ],
    package_dir={"": "src"},
    include_package_data=True,
    zip_safe=False,
    python_requires=">=3.10",
    install_requires=[
        "Products.CMFPlone>=6.2",
        "altcha",
        "argon2-cffi",
        "collective.easyform>=5",
        "holidays",
        "cryptography",
        "oic",
        "Pillow",
        "pas.plugins.oidc>=2",
        "plone.api",
        "plone.app.dexterity",
        "plone.app.discussion",
        "plone.restapi",
        "plone.session",
        "prometheus_client",
        "PyJWT[crypto]",
        "PyStemmer",
        "python-stdnum",
        "qrbill",
        "qrcode",
        "RapidFuzz",
        "requests",
        "SQLAlchemy>=2",
        "weasyprint",
    ],
    extras_require={
        "demo": DEMO,
        "sentry": ["collective.sentry"],
        "production": ["psycopg2-binary", "RelStorage>=4"],
        "test": [
            *DEMO,
            "axe-playwright-python",
            "hypothesis",
            "jsonschema",
            "locust",
            "pypdf",
            "pypdfium2",
            "playwright",
            "plone.app.testing",
            "psycopg2-binary",
            "pytest",
            "pytest-plone",
            "zxing-cpp",
        ],
    },
    entry_points={
        "plone.autoinclude.plugin": ["target = plone"],
        "console_scripts": [
            "guichet = carouge.guichet.console:main",
            "guichet-demo = carouge.guichet.demo.supervisor:main",
            "guichet-redemarrer = carouge.guichet.production.redemarrage:main",
        ],
        "paste.app_factory": [
            "production = carouge.guichet.production.serveur:zope",
        ],
    },
)
